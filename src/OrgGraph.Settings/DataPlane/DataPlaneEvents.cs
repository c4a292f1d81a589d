using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.DataPlane;

/// <summary>An address of the data plane was set, changed or cleared, or whether it resolves secrets.</summary>
[Name("DataPlaneUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("dataPlane.updated")]
public sealed class DataPlaneUpdated : OrganizationEvent
{
    /// <summary>The data plane as it is now.</summary>
    public DataPlane DataPlane(IResolveFieldContext context) => new(SnapshotOf(context));
}

/// <summary>The managed token was made, replaced or revoked, or its delivery came to an end, good or bad.</summary>
[Name("DataPlaneTokenChanged"), Implements(typeof(IOrganizationEvent)), EventKind("dataPlane.tokenChanged")]
public sealed class DataPlaneTokenChanged : OrganizationEvent
{
    /// <summary>The data plane as it is now.</summary>
    public DataPlane DataPlane(IResolveFieldContext context) => new(SnapshotOf(context));
}

/// <summary>Addresses of the data plane were tested.</summary>
[Name("DataPlaneTested"), Implements(typeof(IOrganizationEvent)), EventKind("dataPlane.tested")]
public sealed class DataPlaneTested(string results) : OrganizationEvent
{
    /// <summary>As JSON.</summary>
    [Ignore]
    public string Results { get; } = results;

    /// <summary>The data plane as it is now.</summary>
    public DataPlane DataPlane(IResolveFieldContext context) => new(SnapshotOf(context));

    /// <summary>How the tests ended.</summary>
    public IReadOnlyList<EndpointTest> Tests() => [.. RowJson.Read<EndpointTestResult[]>(Results).Select(result => new EndpointTest(result))];
}

/// <summary>The stream of the data plane.</summary>
public sealed class DataPlaneSubscriptions
{
    /// <summary>The data plane's addresses change, its token comes, fails to come and goes, its addresses are tested.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField("DataPlaneEvent", "A change of the data plane.", typeof(DataPlaneUpdated), typeof(DataPlaneTokenChanged), typeof(DataPlaneTested), typeof(StreamReset))]
    public object DataPlaneChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
