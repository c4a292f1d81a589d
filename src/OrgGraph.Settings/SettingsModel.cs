using OrgGraph.Settings.ApiKeys;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.ServiceAccounts;
using OrgGraph.Settings.Slack;

namespace OrgGraph.Settings;

/// <summary>What the kernel must know of the areas.</summary>
internal sealed class SettingsModel : ISnapshotModel, IEventModel
{
    public IReadOnlyList<RowTable> Tables { get; } = [.. SettingsAreas.All.SelectMany(area => area.Tables)];

    public IReadOnlyList<RowTable> OtherTables { get; } =
    [
        OrganizationRow.Table, EventRow.Table, WorkItemRow.Table, UsageRow.Table, PersonRow.Table, MembershipRow.Table, CredentialRow.Table, InvitationLinkRow.Table, AllowanceRow.Table,
        Kernel.Vault.StoredSecretRow.Table, AuditRow.Table, AuditHeadRow.Table, SlackAttemptRow.Table, SlackMessageRow.Table,
    ];

    public Snapshot Empty(Guid organizationId, int epoch) => OrganizationSnapshot.Empty(organizationId, epoch);

    public SettingsEvent Reset(string reason) => new StreamReset(reason);

    public SettingsEvent OwnAccessChanged(SettingsEvent cause) => new ViewerAccessChanged { Envelope = cause.Envelope };

    public SettingsEvent? Used(Snapshot snapshot, Guid subject)
    {
        var organization = (OrganizationSnapshot)snapshot;
        if (organization.ApiKeys.All[subject] is { } key)
        {
            return Live(new ApiKeyUsed(key.Id, key.CreatorId), organization, PrincipalRef.User(key.CreatorId), key.Name);
        }

        if (organization.ServiceTokens.All[subject] is { } token)
        {
            return Live(new ServiceTokenUsed(token.Id), organization, PrincipalRef.ServiceAccount(token.AccountId), token.Name);
        }

        var person = UsageTracker.KeyOf(organization.OrganizationId, subject);
        return organization.Members[person] is { } member ? Live(new MemberActive(person), organization, PrincipalRef.User(person), member.DisplayName) : null;
    }

    private static OrganizationEvent Live(OrganizationEvent happened, OrganizationSnapshot organization, PrincipalRef actor, string subject)
    {
        happened.Envelope = new EventEnvelope(organization.OrganizationId, organization.Epoch, organization.Version, 0, default, actor, organization.NameOf(actor) ?? "", subject);
        return happened;
    }
}
