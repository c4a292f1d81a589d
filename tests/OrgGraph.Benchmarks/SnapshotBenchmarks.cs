using BenchmarkDotNet.Attributes;
using OrgGraph.Settings;
using OrgGraph.Settings.ApiKeys;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Members;

namespace OrgGraph.Benchmarks;

/// <summary>What one change costs the snapshot: it must hardly grow with the number of members.</summary>
[MemoryDiagnoser]
public class SnapshotBenchmarks
{
    private static readonly Guid Organization = new(1, 0, 0, new byte[8]);
    private static readonly Guid Group = new(2, 0, 0, new byte[8]);

    private OrganizationSnapshot _snapshot = null!;
    private MemberRow _member = null!;
    private ApiKeyRow _key = null!;

    [Params(50, 5_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var other = new Guid(3, 0, 0, new byte[8]);
        SettingsRow[] rows =
        [
            new PermissionGroupSnapshot(Group, 1, "Owners", null, BuiltInGroup.Owners, [], default).ToRow(Organization),
            new PermissionGroupSnapshot(other, 1, "Viewers", null, BuiltInGroup.Viewers, [], default).ToRow(Organization),
            .. Enumerable.Range(0, Members).Select(number => Member(number, number % 100 == 0 ? [Group] : [other])),
        ];
        _snapshot = (OrganizationSnapshot)OrganizationSnapshot.Empty(Organization, 0).Apply(rows, 1);
        _member = Member(7, [Group, other]);
        _key = new ApiKeySnapshot(new Guid(9, 1, 0, new byte[8]), 2, Id(7), "Key", "sk-...abcd", default, null, false, null, null, false, null).ToRow(Organization);
    }

    [Benchmark]
    public object CreateApiKey() => _snapshot.Apply([_key], 2);

    [Benchmark]
    public object SetMemberGroups() => ((OrganizationSnapshot)_snapshot.Apply([_member], 2)).Access.Owners;

    [Benchmark]
    public bool CheckOneRight() => _snapshot.Access.Of(PrincipalRef.User(Id(7))).Can(Permission.Update, ResourceRef.Organization);

    private static Guid Id(int number) => new(100, 0, 0, BitConverter.GetBytes((long)number));

    private static MemberRow Member(int number, Guid[] groups) =>
        new MemberSnapshot(Id(number), 1, groups, default, 1, $"Member {number}", $"member{number:D6}@acme.test", null, null, null, null, default).ToRow(Organization);
}
