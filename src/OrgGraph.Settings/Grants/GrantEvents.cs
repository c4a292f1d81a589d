using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Grants;

/// <summary>What must be known of a grant to tell who may hear of it, also when it is gone.</summary>
/// <param name="ToAccount">It was given to a service account, which others than owners do not know of.</param>
/// <param name="Project">The project that it is about.</param>
public sealed record GrantMark(Guid Id, bool ToAccount, Guid? Project)
{
    internal static GrantMark Of(GrantSnapshot grant) => new(grant.Id, grant.Fact.GranteeKind == GranteeKind.ServiceAccount, Grant.ProjectOf(grant.Fact));

    internal bool CanBeSeenBy(EffectiveRights rights) => (rights.IsOwner || !ToAccount) && (Project is not { } project || rights.Can(Permission.Read, ResourceRef.Project(project)));
}

/// <summary>Rights were given or taken away.</summary>
/// <param name="given">The new grants.</param>
/// <param name="taken">The grants that are no more.</param>
[Name("GrantsChanged"), Implements(typeof(IOrganizationEvent)), EventKind("grants.changed")]
public sealed class GrantsChanged(GrantMark[] given, GrantMark[] taken) : OrganizationEvent
{
    [Ignore]
    public GrantMark[] Given { get; } = given;

    [Ignore]
    public GrantMark[] Taken { get; } = taken;

    /// <summary>The project that all of it is about; of several no single one, which nobody may read alone.</summary>
    [Ignore, System.Text.Json.Serialization.JsonIgnore]
    public Guid? OfProject => Given.Concat(Taken).Select(mark => mark.Project).Distinct().ToArray() switch { [var only] => only, var several => several.Any(project => project is not null) ? Guid.Empty : null };

    [Ignore]
    public override bool IsForOwners() => Given.Concat(Taken).Any(mark => mark.ToAccount);

    [Ignore]
    public override bool AffectsAccess() => true;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot)
    {
        var rights = Policies.RightsOf(caller, snapshot);
        return rights.Can(Permission.ManageAccess, ResourceRef.Organization) && Given.Concat(Taken).Any(mark => mark.CanBeSeenBy(rights));
    }

    /// <summary>The new grants, those that the subscriber may see.</summary>
    [Id]
    public string[] AddedGrantIds(IResolveFieldContext context) => Visible(context, Given);

    /// <summary>The new grants as they are now, without those that are gone or hidden.</summary>
    public IEnumerable<Grant> Added(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return Given.Select(mark => snapshot.Grants[mark.Id]).OfType<GrantSnapshot>().Where(grant => Grant.CanSee(snapshot, context.Caller(), grant.Fact)).Select(grant => new Grant(snapshot, grant));
    }

    /// <summary>The grants that are no more, those that the subscriber might see.</summary>
    [Id]
    public string[] RemovedGrantIds(IResolveFieldContext context) => Visible(context, Taken);

    private string[] Visible(IResolveFieldContext context, GrantMark[] marks)
    {
        var rights = Policies.RightsOf(context.Caller(), SnapshotOf(context));
        return [.. marks.Where(mark => mark.CanBeSeenBy(rights)).Select(mark => GlobalIdOf(NodeType.Grant, mark.Id))];
    }
}

/// <summary>The stream of grants.</summary>
public sealed class GrantSubscriptions
{
    /// <summary>Rights are given and taken away.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member), Authorize(Policy.ManageAccess)]
    [SubscriptionField("GrantEvent", "A change of grants.", typeof(GrantsChanged), typeof(StreamReset))]
    public object GrantsChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
