using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.ServiceAccounts;

namespace OrgGraph.Settings.DataPlane;

/// <summary>Whether the data plane has the token by which it asks this server.</summary>
public enum TokenDelivery
{
    /// <summary>There is no token: no apiUrl is set, or somebody revoked the token.</summary>
    None,

    /// <summary>The token is on its way.</summary>
    Pending,

    /// <summary>The data plane took the token, and said that it has it.</summary>
    Delivered,

    /// <summary>The data plane did not take the token; tokenDeliveryError tells why, and whether it is tried again.</summary>
    Failed,

    /// <summary>The token was shown to a person, to be installed by hand.</summary>
    Manual,
}

/// <summary>What the data plane can do by its token.</summary>
public enum DataPlaneCapability
{
    /// <summary>Read projects and their retention, and delete what is too old.</summary>
    DataRetention,

    /// <summary>Read secret values at run time, for functions and the proxy.</summary>
    SecretResolution,
}

/// <summary>An address of the data plane.</summary>
public enum DataPlaneEndpoint
{
    /// <summary>The API.</summary>
    Api,

    /// <summary>The proxy to AI providers.</summary>
    Proxy,

    /// <summary>The WebSocket of live updates.</summary>
    Realtime,
}

/// <summary>Where the organization's data plane is, and the token by which it asks this server.</summary>
[Name("DataPlane")]
public sealed class DataPlane : IScoped
{
    private readonly OrganizationSnapshot _organization;
    private readonly DataPlaneSnapshot _row;

    internal DataPlane(OrganizationSnapshot organization) => (_organization, _row) = (organization, organization.DataPlane);

    [Ignore]
    public Scope Scope => new(_organization.OrganizationId);

    /// <summary>The API's address; null: the data plane is not an own one.</summary>
    [OutputType(typeof(UrlScalar))]
    public string? ApiUrl => _row.ApiUrl;

    /// <summary>The AI proxy's address.</summary>
    [OutputType(typeof(UrlScalar))]
    public string? ProxyUrl => _row.ProxyUrl;

    /// <summary>The address of live updates, ws or wss.</summary>
    [OutputType(typeof(UrlScalar))]
    public string? RealtimeUrl => _row.RealtimeUrl;

    /// <summary>Whether the organization runs its own data plane: apiUrl is set.</summary>
    public bool IsSelfHosted => _row.ApiUrl is not null;

    /// <summary>The token of the managed service account; null when there is none that works.</summary>
    [Authorize(Policy.Owner)]
    public ServiceToken? ServiceToken(IResolveFieldContext context) =>
        _row.TokenId is { } id && _organization.ServiceTokens.All[id] is { } token && token.IsGood(context.Request().Now) ? ServiceAccounts.ServiceToken.Find(_organization, id) : null;

    /// <summary>Whether the token may read secret values at run time: an owner's choice.</summary>
    public bool ResolvesSecrets => _row.ResolvesSecrets;

    /// <summary>Whether the data plane has the token.</summary>
    public TokenDelivery TokenDelivery => _row.TokenDelivery;

    /// <summary>Why the last delivery failed, for people. It never holds the token, nor what the other side said.</summary>
    public string? TokenDeliveryError => _row.TokenDeliveryError;

    /// <summary>What the data plane can do by the token that it has; empty until it has one.</summary>
    public IReadOnlyList<DataPlaneCapability> Capabilities =>
        _row.TokenDelivery is not (TokenDelivery.Delivered or TokenDelivery.Manual) ? []
        : _row.ResolvesSecrets ? [DataPlaneCapability.DataRetention, DataPlaneCapability.SecretResolution]
        : [DataPlaneCapability.DataRetention];

    /// <summary>Commands to copy, one for each address that is set. They hold no secret: the API's reads a token of yours from $ORGGRAPH_TOKEN.</summary>
    public IReadOnlyList<TestCommand> TestCommands => [.. Enum.GetValues<DataPlaneEndpoint>().Where(endpoint => _row.UrlOf(endpoint) is not null).Select(endpoint => new TestCommand(endpoint, _row.UrlOf(endpoint)!))];

    /// <summary>How the last test of each address ended. One whose address has changed since is left out.</summary>
    public IReadOnlyList<EndpointTest> LastTests => [.. _row.LastTests.Select(test => new EndpointTest(test))];

    /// <summary>The organization's version at which this last changed, 0 when it never did: pass it as expectedVersion.</summary>
    public int Version => _row.Version;
}

/// <summary>A command that tries an address from where it is run.</summary>
[Name("TestCommand")]
public sealed class TestCommand
{
    internal TestCommand(DataPlaneEndpoint endpoint, string url) => (Endpoint, Command) = (endpoint, EndpointProbes.Command(endpoint, url));

    /// <summary>Which address.</summary>
    public DataPlaneEndpoint Endpoint { get; }

    /// <summary>The command, for a POSIX shell with curl.</summary>
    public string Command { get; }
}

/// <summary>How the test of an address ended. It was tried from this server: from browsers it may be otherwise.</summary>
[Name("EndpointTest")]
public sealed class EndpointTest
{
    private readonly EndpointTestResult _result;

    internal EndpointTest(EndpointTestResult result) => _result = result;

    /// <summary>Which address.</summary>
    public DataPlaneEndpoint Endpoint => _result.Endpoint;

    /// <summary>When it was tested.</summary>
    public DateTimeOffset TestedAt => _result.TestedAt;

    /// <summary>How it ended.</summary>
    public ConnectivityOutcome Outcome => _result.Outcome;

    /// <summary>The HTTP status of the answer, 101 for a WebSocket; null when there was none.</summary>
    public int? HttpStatus => _result.HttpStatus;

    /// <summary>How long it took, in milliseconds.</summary>
    public int? LatencyMs => _result.LatencyMs;

    /// <summary>What happened, for people. It never holds what the other side said.</summary>
    public string? Message => _result.Message;
}

/// <summary>The data plane of an organization.</summary>
public sealed class DataPlaneQueries
{
    /// <summary>Where the organization's data plane is, and the token by which it asks this server.</summary>
    public DataPlane DataPlane([Parent] Organization organization) => new(organization.Snapshot);
}
