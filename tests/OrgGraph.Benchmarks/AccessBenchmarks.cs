using BenchmarkDotNet.Attributes;
using OrgGraph.Settings;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Benchmarks;

/// <summary>What a question about rights costs with 5,000 members, 200 groups nested 5 deep and 2,000 grants.</summary>
[MemoryDiagnoser]
public class AccessBenchmarks
{
    private const int Members = 5_000;
    private const int Groups = 200;
    private const int Depth = 5;
    private const int Grants = 2_000;
    private const int Projects = 100;

    private static readonly Guid Organization = new(1, 0, 0, new byte[8]);
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Policy[] UpdateProject = [Policy.UpdateProject];

    private OrganizationSnapshot _snapshot = null!;
    private Caller _caller = null!;
    private PrincipalRef _principal;
    private ResourceRef _project;
    private ResourceRef _dataset;
    private Scope _scope;
    private SettingsRow _grant = null!;
    private PrincipalRef[] _everybody = null!;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        SettingsRow[] rows =
        [
            new PermissionGroupSnapshot(Group(Groups), 1, "Owners", null, BuiltInGroup.Owners, [], default).ToRow(Organization),
            .. Enumerable.Range(0, Groups).Select(number => GroupRow(number, random)),
            .. Enumerable.Range(0, Projects).Select(number => new ProjectSnapshot(Project(number), 1, $"Project {number}", default).ToRow(Organization)),
            .. Enumerable.Range(0, Members).Select(number => Member(number, [Group(random.Next(Groups)), Group(random.Next(Groups))])),
            .. Enumerable.Range(0, Grants).Select(number => Grant(number, random)),
        ];
        _snapshot = (OrganizationSnapshot)OrganizationSnapshot.Empty(Organization, 0).Apply(rows, 1);
        _everybody = [.. Enumerable.Range(0, Members).Select(number => PrincipalRef.User(Person(number)))];
        _project = ResourceRef.Project(Project(7));
        _principal = _everybody.First(principal => _snapshot.Access.Of(principal).Can(Permission.Update, _project));
        _caller = Caller.Session(new Person(_principal.Id, "Seven", "seven@acme.test", null, null, null, null, default), Now.AddHours(1));
        _dataset = new ResourceRef(ResourceType.Dataset, Project(7), "dataset");
        _scope = new Scope(Organization, Project(7));
        _grant = Grant(Grants, random);
    }

    /// <summary>A policy, as the directive, the writer and the dispatcher ask it.</summary>
    [Benchmark]
    public Verdict CheckPolicy() => Policies.Check(UpdateProject, _caller, _snapshot, _scope, Now);

    /// <summary>One of viewerCan's checks.</summary>
    [Benchmark]
    public bool CheckObject() => _snapshot.Access.Of(_principal).Can(Permission.Update, _dataset);

    /// <summary>One principal of whoCan, once the resource is known.</summary>
    [Benchmark]
    public bool CheckHolder() => _snapshot.Access.Holds(_principal, Permission.Update, _project);

    /// <summary>Every member of whoCan.</summary>
    [Benchmark(OperationsPerInvoke = Members)]
    public int CheckEveryHolder() => _everybody.Count(principal => _snapshot.Access.Holds(principal, Permission.Update, _dataset));

    /// <summary>access: every permission with every way to it.</summary>
    [Benchmark]
    public object Explain() => AccessExplanation.Of(_snapshot.Access, _principal, _project);

    /// <summary>The first check of one principal after somebody was given a right: nothing is worked out yet.</summary>
    [Benchmark]
    public bool GrantThenCheck() => ((OrganizationSnapshot)_snapshot.Apply([_grant], 2)).Access.Of(_principal).Can(Permission.Update, _project);

    /// <summary>The first question of whoCan after that, for one principal.</summary>
    [Benchmark]
    public bool GrantThenFindHolders() => ((OrganizationSnapshot)_snapshot.Apply([_grant], 2)).Access.Holds(_principal, Permission.Update, _project);

    private static Guid Person(int number) => new(100, 0, 0, BitConverter.GetBytes((long)number));

    private static Guid Group(int number) => new(200, 0, 0, BitConverter.GetBytes((long)number));

    private static Guid Project(int number) => new(300, 0, 0, BitConverter.GetBytes((long)number));

    // Chains of five: each group includes the next one of its chain, and one more of the layer below.
    private static PermissionGroupRow GroupRow(int number, Random random)
    {
        var layer = number % Depth;
        Guid[] includes = layer == Depth - 1 ? [] : [.. new[] { Group(number + 1), Group((random.Next(Groups / Depth) * Depth) + layer + 1) }.Distinct()];
        return new PermissionGroupSnapshot(Group(number), 1, $"Group {number}", null, null, includes, default).ToRow(Organization);
    }

    private static MemberRow Member(int number, Guid[] groups) =>
        new MemberSnapshot(Person(number), 1, [.. groups.Distinct()], default, 1, $"Member {number}", $"member{number:D6}@acme.test", null, null, null, null, default).ToRow(Organization);

    private static GrantRow Grant(int number, Random random)
    {
        var project = Project(random.Next(Projects));
        var resource = random.Next(4) switch
        {
            0 => new ResourceRef(ResourceType.Dataset, project, random.Next(2) == 0 ? "dataset" : null),
            1 => ResourceRef.AllProjects,
            _ => ResourceRef.Project(project),
        };
        // Of those on all projects every second gives the projects themselves: without READ on a project no other right on it counts.
        var kind = resource.Type == ResourceType.AllProjects && number % 2 == 0 ? ResourceType.Logs : (ResourceType?)null;
        var isGroup = random.Next(4) > 0;
        var fact = new GrantFact(
            new Guid(400, 0, 0, BitConverter.GetBytes((long)number)),
            isGroup ? GranteeKind.Group : GranteeKind.User,
            isGroup ? Group(random.Next(Groups)) : Person(random.Next(Members)),
            (Permission)random.Next(5),
            resource,
            kind);
        return new GrantSnapshot(fact.Id, 1, fact, null, default, null).ToRow(Organization);
    }
}
