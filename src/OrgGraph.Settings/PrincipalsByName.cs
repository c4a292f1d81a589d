using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.ServiceAccounts;

namespace OrgGraph.Settings;

/// <summary>A person or service account in a list of both.</summary>
internal sealed record PrincipalEntry(PrincipalRef Principal, SortKey Name) : IEntity
{
    public static readonly SortOrder<PrincipalEntry> ByName = new("name", entry => entry.Name);

    public Guid Id => Principal.Id;

    public int Version => 0;
}

/// <summary>Sorted when first asked for, and kept until people or service accounts change.</summary>
internal sealed class PrincipalsByName
{
    private IReadOnlyList<PrincipalEntry>? _sorted;

    public IReadOnlyList<PrincipalEntry> Get(EntitySet<MemberSnapshot> members, EntitySet<ServiceAccountSnapshot> accounts) => _sorted ??=
    [
        .. members.All.Select(member => new PrincipalEntry(PrincipalRef.User(member.Id), SortKey.Of(Kernel.Errors.InputRules.Normalize(member.DisplayName))))
            .Concat(accounts.All.Select(account => new PrincipalEntry(PrincipalRef.ServiceAccount(account.Id), SortKey.Of(account.NormalizedName))))
            .Order(PrincipalEntry.ByName),
    ];
}
