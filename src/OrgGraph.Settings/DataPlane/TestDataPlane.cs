using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.DataPlane;

/// <summary>Which addresses of the data plane to try.</summary>
public sealed class TestDataPlaneInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Which addresses, each at most once and set; left out: all that are set.</summary>
    public DataPlaneEndpoint[]? Endpoints { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>How the tests ended, or why there were none.</summary>
[Errors(typeof(ValidationError))]
public sealed class TestDataPlanePayload(AppendResult result, IReadOnlyList<EndpointTest> tests) : MutationPayload(result)
{
    /// <summary>How each ended, in the order API, proxy, realtime.</summary>
    public IReadOnlyList<EndpointTest> Tests { get; } = tests;

    /// <summary>The organization.</summary>
    public Organization? Organization { get; } = result.IsAccepted ? new Organization(result.Organization()) : null;
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: an address that is not set or named twice. Calls out, without a credential, at most 10 times a minute
/// and 8 at once for an organization. Writes: how each ended, of the addresses that are still the same. Events: DataPlaneTested.
/// </summary>
public sealed class TestDataPlaneMutation(MutationRunner runner, IOutboundHttp outbound, TimeProvider clock)
{
    /// <summary>Tries the data plane's addresses from this server. Whatever the other side does is an outcome, not an error.</summary>
    /// <param name="input">Which addresses.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<TestDataPlanePayload?> TestDataPlaneAsync(IResolveFieldContext context, TestDataPlaneInput input)
    {
        var request = context.Request();
        var organization = (OrganizationSnapshot)(await request.SnapshotAsync(input.Scope.OrganizationId!.Value))!;
        var tried = organization.DataPlane;
        var endpoints = (input.Endpoints ?? Enum.GetValues<DataPlaneEndpoint>().Where(endpoint => tried.UrlOf(endpoint) is not null)).Order().ToList();
        if (Check(endpoints, tried) is { } invalid)
        {
            return new TestDataPlanePayload(new AppendResult(organization, null, [invalid]), []);
        }

        using var place = request.Rates?.BeginConnectivityTest(organization.OrganizationId);
        var results = await Task.WhenAll(endpoints.Select(endpoint => EndpointProbes.RunAsync(outbound, clock, endpoint, tried.UrlOf(endpoint)!, request.Cancellation)));
        var result = await runner.DecideAsync(context, decision => Record(decision, tried, results));
        return new TestDataPlanePayload(result, [.. results.Select(one => new EndpointTest(one))]);
    }

    private static ValidationError? Check(List<DataPlaneEndpoint> endpoints, DataPlaneSnapshot tried) =>
        endpoints.Count == 0 ? new ValidationError("There is nothing to test: no address is set, or none is named.", "endpoints")
        : endpoints.Distinct().Count() < endpoints.Count ? new ValidationError("The same address is named twice.", "endpoints")
        : endpoints.Exists(endpoint => tried.UrlOf(endpoint) is null) ? new ValidationError("An address that is not set cannot be tested.", "endpoints")
        : null;

    private static Refusal? Record(Decision decision, DataPlaneSnapshot tried, EndpointTestResult[] results)
    {
        var state = decision.Organization().DataPlane;
        EndpointTestResult[] current = [.. results.Where(result => DataPlaneUrls.AreSame(state.UrlOf(result.Endpoint), tried.UrlOf(result.Endpoint)))];
        if (current.Length > 0)
        {
            var others = state.LastTests.Where(test => !Array.Exists(current, result => result.Endpoint == test.Endpoint));
            decision.Put(DataPlaneRow.Table, (state with { LastTests = [.. others.Concat(current).OrderBy(test => test.Endpoint)] }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new DataPlaneTested(RowJson.Write(current)), ManagedToken.Subject);
        }

        return null;
    }
}
