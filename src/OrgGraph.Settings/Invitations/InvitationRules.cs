using OrgGraph.Secrets;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Invitations;

/// <summary>The rules that several mutations of invitations share.</summary>
internal static class InvitationRules
{
    public const string MailWork = "invitation.mail";
    public const string SendWork = "invitation.send";
    public const string ExpiryWork = "invitation.expire";
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    public static InvitationSnapshot? Find(Decision decision, string id)
    {
        var organization = decision.Organization();
        return GlobalId.Parse(id, "invitationId").In(NodeType.Invitation, organization.OrganizationId) is { } invitation ? organization.Invitations[invitation] : null;
    }

    /// <summary>Reads the groups to invite into: at least one, all of them the caller's to give.</summary>
    public static (Guid[] Groups, UserError? Error) ReadGroups(Decision decision, string[] groupIds)
    {
        if (groupIds.Length == 0)
        {
            return ([], new GroupRequiredError("Choose at least one group: everybody who joins is in one.", "groupIds"));
        }

        var organization = decision.Organization();
        var (groups, error) = InputRules.Ids(groupIds, NodeType.PermissionGroup, organization.OrganizationId, "groupIds", "permission group", group => organization.Groups[group] is not null);
        if (error is not null)
        {
            return ([], error);
        }

        for (var i = 0; i < groups.Length; i++)
        {
            if (!GivingRules.MayAssign(decision.Caller, decision.CallerRights, organization.Access, [groups[i]]))
            {
                return ([], new NotGrantableError($"You may not invite into {organization.Groups[groups[i]]!.Name}.", "groupIds", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }
        }

        return (groups, null);
    }

    /// <summary>Gives the invitation a new link, and makes it open for 7 days; every older link is void then.</summary>
    public static InvitationSnapshot Link(Decision decision, TokenHasher hasher, InvitationSnapshot invitation, bool withMail)
    {
        var sendNumber = invitation.SendNumber + 1;
        var (_, hash) = hasher.CreateInvitationToken(invitation.Id, sendNumber);
        var linked = invitation with
        {
            SendNumber = sendNumber,
            PepperId = hash.PepperId,
            Status = InvitationStatus.Pending,
            EndedAt = null,
            ExpiresAt = decision.Now + Life,
            Delivery = withMail ? MailDelivery.Queued : MailDelivery.Skipped,
            DeliveryError = null,
            LastQueuedAt = withMail ? decision.Now : invitation.LastQueuedAt,
        };
        decision.Put(InvitationRow.Table, linked.ToRow(decision.Before.OrganizationId));
        decision.Also(new SideChange.Upsert(InvitationLinkRow.Table, new InvitationLinkRow
        {
            InvitationId = linked.Id,
            OrganizationId = decision.Before.OrganizationId,
            TokenHash = hash.Hash,
            PepperId = hash.PepperId,
            Email = linked.NormalizedEmail,
        }));
        decision.Schedule(ExpiryWork, linked.Id, linked.ExpiresAt, sendNumber);
        if (withMail)
        {
            decision.Schedule(MailWork, linked.Id, decision.Now, sendNumber);
        }

        return linked;
    }

    /// <summary>Ends the invitation: its link is gone with it.</summary>
    public static void End(Decision decision, InvitationSnapshot invitation, InvitationStatus status)
    {
        decision.Put(InvitationRow.Table, (invitation with { Status = status, EndedAt = decision.Now }).ToRow(decision.Before.OrganizationId));
        decision.Also(new SideChange.Delete(InvitationLinkRow.Table, [(nameof(InvitationLinkRow.InvitationId), invitation.Id)]));
    }

    public static InvitationInvalidError NotOpen(InvitationStatus? status) => new(
        status switch
        {
            InvitationStatus.Accepted => "The invitation was accepted already.",
            InvitationStatus.Declined => "The invitation was declined. Ask for a new one.",
            InvitationStatus.Revoked => "The invitation was taken back. Ask for a new one.",
            InvitationStatus.Expired => "The invitation has expired. Ask for it to be sent again.",
            _ => "There is no such invitation. A newer mail may hold a newer link.",
        },
        status);
}

/// <summary>Open invitations let go of a group that is deleted.</summary>
internal sealed class InvitationGroups : IGroupHolder
{
    public Refusal? Replace(Decision decision, Guid group, Guid? replacement, out int count)
    {
        count = 0;
        foreach (var invitation in decision.Organization().Invitations.All.Where(other => other.Status is InvitationStatus.Pending or InvitationStatus.Expired && other.GroupIds.Contains(group)))
        {
            Guid[] left = [.. invitation.GroupIds.Where(id => id != group)];
            if (left.Length == 0)
            {
                if (replacement is not { } other)
                {
                    return new GroupRequiredError("Invitations would be left without a group. Say where to put them.", "reassignToGroupId");
                }

                // An invitation must not become one that the deleter could not have made.
                if (!GivingRules.MayAssign(decision.Caller, decision.CallerRights, decision.Before.Access, [other]))
                {
                    return new NotGrantableError("Invitations would be put into a group that you may not invite into. Choose another one.", "reassignToGroupId");
                }

                left = [other];
                count++;
            }

            decision.Put(InvitationRow.Table, (invitation with { GroupIds = left }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new InvitationUpdated(invitation.Id), invitation.Email);
        }

        return null;
    }
}
