using System.Security.Cryptography;
using System.Text;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Invitations;

/// <summary>How many mails one address gets within an hour, whoever invites it; 0: any number.</summary>
public sealed record MailRate(int AnHour);

/// <summary>
/// Waits until an invitation's mail may be sent: many organizations could invite one address. Its turn is counted in the very transaction that
/// hands the mail on, so a mail server that is away, or a process that dies, costs no second turn. While it waits the delivery stays
/// QUEUED and says no more, for the inviter must not learn who else invites.
/// </summary>
public sealed class InvitationMailTurn(SnapshotStore store, MutationRunner runner, MailRate rate) : IWorkHandler
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    public string Kind => InvitationRules.MailWork;

    public async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        var organization = (OrganizationSnapshot?)await store.GetAsync(item.OrganizationId, cancellation);
        if (organization is { IsArchived: true })
        {
            // It was archived after the item was taken: the mail waits for its being restored.
            throw new WorkPutOffException("The organization is archived.");
        }

        if (InvitationMail.Wanted(organization, item) is not { } invitation)
        {
            await runner.DecideAsSystemAsync(item.OrganizationId, decision => InvitationMail.Drop(decision, item), cancellation);
            return;
        }

        var taken = await runner.DecideAsSystemAsync(item.OrganizationId, decision => Take(decision, item, invitation.NormalizedEmail), cancellation);
        if (taken.IsAccepted)
        {
            return;
        }

        if (!item.IsLastAttempt)
        {
            throw new WorkPutOffException($"An address gets at most {rate.AnHour} mails within an hour.");
        }

        item.GiveUp();
        await runner.DecideAsSystemAsync(
            item.OrganizationId, decision => InvitationMail.Failed(decision, item, "The mail could not be sent within a day. Send it again.", finish: true), cancellation);
    }

    private Refusal? Take(Decision decision, WorkItem item, string address)
    {
        if (decision.HasReachedLimit)
        {
            return new Kernel.Errors.LimitReachedError("The address has had its mails.", rate.AnHour);
        }

        decision.Also(new SideChange.Take(new Allowance(IdOf(address), "mail", rate.AnHour, Window), decision.Now));
        decision.Finish(item);
        decision.Schedule(InvitationRules.SendWork, item.SubjectId, decision.Now, item.Ordinal);
        return null;
    }

    // The directory counts by ids; the address itself need not stand there.
    private static Guid IdOf(string address) => new(SHA256.HashData(Encoding.UTF8.GetBytes("mail\n" + address)).AsSpan(0, 16));
}
