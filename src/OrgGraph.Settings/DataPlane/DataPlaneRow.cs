using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.DataPlane;

/// <summary>Where the organization's data plane is, and how its token comes there. The token's account and the token stand in tables of their own.</summary>
internal sealed class DataPlaneRow : SettingsRow
{
    public static readonly RowTable<DataPlaneRow> Table = new("DataPlane", "OrganizationId", "Id");

    public string? ApiUrl { get; init; }

    public string? ProxyUrl { get; init; }

    public string? RealtimeUrl { get; init; }

    public required bool ResolvesSecrets { get; init; }

    /// <summary>The managed account; null: there never was one.</summary>
    public Guid? AccountId { get; init; }

    public Guid? TokenId { get; init; }

    /// <summary>The token itself, sealed until it is delivered or given up.</summary>
    public Guid? SecretId { get; init; }

    public required TokenDelivery TokenDelivery { get; init; }

    public string? TokenDeliveryError { get; init; }

    /// <summary>Counts the tokens: a delivery of an earlier one is overtaken.</summary>
    public required int DeliveryNumber { get; init; }

    /// <summary>As JSON.</summary>
    public required string LastTests { get; init; }
}

/// <summary>How the test of one endpoint ended.</summary>
internal sealed record EndpointTestResult(DataPlaneEndpoint Endpoint, DateTimeOffset TestedAt, ConnectivityOutcome Outcome, int? HttpStatus, int? LatencyMs, string Message);

/// <summary>The data plane, as the snapshot holds it. What is public of it the audit log tells.</summary>
/// <param name="Version">0: nothing was ever set.</param>
internal sealed record DataPlaneSnapshot(
    int Version, string? ApiUrl, string? ProxyUrl, string? RealtimeUrl, bool ResolvesSecrets, TokenDelivery TokenDelivery, string? TokenDeliveryError)
{
    public static readonly DataPlaneSnapshot None = new(0, null, null, null, false, TokenDelivery.None, null);

    internal Guid? AccountId { get; init; }

    internal Guid? TokenId { get; init; }

    internal Guid? SecretId { get; init; }

    internal int DeliveryNumber { get; init; }

    /// <summary>At most one of each endpoint, of the address that it has now.</summary>
    internal IReadOnlyList<EndpointTestResult> LastTests { get; init; } = [];

    public static DataPlaneSnapshot Of(DataPlaneRow row) => new(row.Version, row.ApiUrl, row.ProxyUrl, row.RealtimeUrl, row.ResolvesSecrets, row.TokenDelivery, row.TokenDeliveryError)
    {
        AccountId = row.AccountId,
        TokenId = row.TokenId,
        SecretId = row.SecretId,
        DeliveryNumber = row.DeliveryNumber,
        LastTests = RowJson.Read<EndpointTestResult[]>(row.LastTests),
    };

    public DataPlaneRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = organization,
        ApiUrl = ApiUrl,
        ProxyUrl = ProxyUrl,
        RealtimeUrl = RealtimeUrl,
        ResolvesSecrets = ResolvesSecrets,
        AccountId = AccountId,
        TokenId = TokenId,
        SecretId = SecretId,
        TokenDelivery = TokenDelivery,
        TokenDeliveryError = TokenDeliveryError,
        DeliveryNumber = DeliveryNumber,
        LastTests = RowJson.Write(LastTests),
    };

    public string? UrlOf(DataPlaneEndpoint endpoint) => endpoint switch
    {
        DataPlaneEndpoint.Api => ApiUrl,
        DataPlaneEndpoint.Proxy => ProxyUrl,
        _ => RealtimeUrl,
    };
}
