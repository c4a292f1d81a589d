using System.Net;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Invitations;

/// <summary>Where links in mails lead.</summary>
public interface IPublicAddress
{
    /// <summary>The server's public address, without a slash at the end.</summary>
    string Url { get; }
}

/// <summary>
/// Sends an invitation's mail. The link's token is derived again, so nothing secret waits in the database; a process that died after the
/// mail server took the mail sends it a second time, with the same link.
/// </summary>
public sealed class InvitationMail(SnapshotStore store, MutationRunner runner, TokenHasher hasher, IMailSender mails, IPublicAddress address, TimeProvider clock) : IWorkHandler
{
    public string Kind => InvitationRules.SendWork;

    public async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        var organization = (OrganizationSnapshot?)await store.GetAsync(item.OrganizationId, cancellation);
        if (organization is { IsArchived: true })
        {
            // It was archived after the item was taken: the mail waits for its being restored.
            throw new WorkPutOffException("The organization is archived.");
        }

        // It may have waited for longer than the link lives.
        if (Wanted(organization, item) is not { } invitation || invitation.StatusAt(clock.GetUtcNow()) != InvitationStatus.Pending)
        {
            await runner.DecideAsSystemAsync(item.OrganizationId, decision => Drop(decision, item), cancellation);
            return;
        }

        string? failure = null;
        try
        {
            await mails.SendAsync(Compose(organization!, invitation, item), cancellation);
        }
        catch (MailRefusedException e) when (e.IsPermanent || item.IsLastAttempt)
        {
            failure = e.Message;
            item.GiveUp();
        }
        catch (MailRefusedException e)
        {
            // Told at once, and tried again by itself.
            await runner.DecideAsSystemAsync(item.OrganizationId, decision => Failed(decision, item, e.Message, finish: false), cancellation);
            throw new WorkPutOffException(e.Message);
        }

        await runner.DecideAsSystemAsync(
            item.OrganizationId, decision => failure is null ? Sent(decision, item) : Failed(decision, item, failure, finish: true), cancellation);
    }

    private OutboundMail Compose(OrganizationSnapshot organization, InvitationSnapshot invitation, WorkItem item)
    {
        var inviter = Plain(invitation.InvitedBy is { } by ? organization.NameOf(by) ?? "A member" : "A member");
        var name = Plain(organization.Settings.Name);
        var link = $"{address.Url}/invite#{hasher.DeriveInvitationToken(invitation.Id, invitation.SendNumber, invitation.PepperId).Reveal()}";
        var days = InvitationRules.Life.Days;
        var text = $"{inviter} invites you to join {name}.\n\nJoin here, within {days} days:\n{link}\n\nIf you do not know {name}, ignore this mail.\n";
        var html = $"<p>{WebUtility.HtmlEncode(inviter)} invites you to join <strong>{WebUtility.HtmlEncode(name)}</strong>.</p>"
            + $"<p><a href=\"{link}\">Join {WebUtility.HtmlEncode(name)}</a> within {days} days.</p>"
            + $"<p>If you do not know {WebUtility.HtmlEncode(name)}, ignore this mail.</p>";
        return new OutboundMail(item.Id, invitation.Email, $"{inviter} invites you to {name}", text, html);
    }

    // A name that looks like a link would make the mail carry a second one.
    private static string Plain(string name) => new string([.. name.Where(c => !char.IsControl(c))]).Replace("://", " ", StringComparison.Ordinal).Replace("www.", "www ", StringComparison.OrdinalIgnoreCase);

    /// <summary>The invitation that an item is still about; null when it was answered, taken back or sent anew since.</summary>
    internal static InvitationSnapshot? Wanted(OrganizationSnapshot? organization, WorkItem item) =>
        organization is { IsArchived: false } && organization.Invitations[item.SubjectId] is { Status: InvitationStatus.Pending } invitation && invitation.SendNumber == item.Ordinal ? invitation : null;

    internal static Refusal? Drop(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        return null;
    }

    private static Refusal? Sent(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        if (Current(decision, item) is { } invitation)
        {
            decision.Put(InvitationRow.Table, (invitation with { Delivery = MailDelivery.Sent, DeliveryError = null, SentCount = invitation.SentCount + 1 }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new InvitationSent(invitation.Id), invitation.Email);
        }

        return null;
    }

    internal static Refusal? Failed(Decision decision, WorkItem item, string reason, bool finish)
    {
        if (finish)
        {
            decision.Finish(item);
        }

        if (Current(decision, item) is { } invitation && (invitation.Delivery, invitation.DeliveryError) != (MailDelivery.Failed, reason))
        {
            decision.Put(InvitationRow.Table, (invitation with { Delivery = MailDelivery.Failed, DeliveryError = reason }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new InvitationFailed(invitation.Id), invitation.Email);
        }

        return null;
    }

    private static InvitationSnapshot? Current(Decision decision, WorkItem item) =>
        decision.Organization().Invitations[item.SubjectId] is { Status: InvitationStatus.Pending } invitation && invitation.SendNumber == item.Ordinal ? invitation : null;
}

/// <summary>Records that an invitation has expired, as an event, once its time has come.</summary>
public sealed class InvitationExpiry(MutationRunner runner) : IWorkHandler
{
    public string Kind => InvitationRules.ExpiryWork;

    public Task HandleAsync(WorkItem item, CancellationToken cancellation) => runner.DecideAsSystemAsync(item.OrganizationId, decision => Decide(decision, item), cancellation);

    private static Refusal? Decide(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        if (decision.Organization().Invitations[item.SubjectId] is not { Status: InvitationStatus.Pending } invitation || invitation.SendNumber != item.Ordinal)
        {
            return null;
        }

        if (invitation.ExpiresAt > decision.Now)
        {
            // The clock was set back.
            decision.Schedule(InvitationRules.ExpiryWork, invitation.Id, invitation.ExpiresAt, item.Ordinal);
        }
        else
        {
            InvitationRules.End(decision, invitation, InvitationStatus.Expired);
            decision.Raise(new InvitationExpired(invitation.Id), invitation.Email);
        }

        return null;
    }
}
