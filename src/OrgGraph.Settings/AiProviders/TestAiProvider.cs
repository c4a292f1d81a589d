using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.AiProviders;

/// <summary>A provider to try: a stored one, or one that is not saved yet.</summary>
public sealed class TestAiProviderInput : MutationInput, IScoped, IProviderValues
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>The project of the provider; left out or null: it is the organization's.</summary>
    [Id]
    public string? ProjectId { get; set; }

    /// <summary>A stored provider. With any of type, settings, headers or endpointUrl given as well, its secret must be given too.</summary>
    [Id]
    public string? AiProviderId { get; set; }

    /// <summary>Its kind: one of aiProviderTypes, or custom. Needed without a stored provider.</summary>
    public string? Type { get; set; }

    /// <summary>The key or token.</summary>
    public string? Secret { get; set; }

    /// <summary>All its settings.</summary>
    public NamedValueInput[]? Settings { get; set; }

    /// <summary>All its headers.</summary>
    public HeaderInput[]? Headers { get; set; }

    /// <summary>Where requests go, instead of the vendor.</summary>
    public string? EndpointUrl { get; set; }

    /// <summary>A model to ask for. A custom provider's is asked the smallest question there is; of a vendor's it is looked up.</summary>
    public string? Model { get; set; }

    [Ignore]
    public Scope Scope => AiProviderScope.Of(OrganizationId, ProjectId);

    // There is nothing to clear in what is only tried: null is the same as nothing.
    bool IProviderValues.Has(string field) => Has(field) && !IsNull(field);
}

/// <summary>How the test ended, or why there was none.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError))]
public sealed class TestAiProviderPayload : MutationPayload
{
    internal TestAiProviderPayload(AppendResult result, ProviderTestResult? test, Guid? provider)
        : base(result)
    {
        if (result.IsAccepted)
        {
            Test = test is null ? null : new AiProviderTest(test);
            AiProvider = provider is { } id && result.Organization().AiProviders.All[id] is { } row ? new AiProvider(result.Organization(), row) : null;
        }
    }

    /// <summary>How the test ended.</summary>
    public AiProviderTest? Test { get; }

    /// <summary>The stored provider; null: none was named.</summary>
    public AiProvider? AiProvider { get; }
}

/// <summary>
/// Caller: MANAGE_AI_PROVIDERS. Refused: a project or provider that is unknown or may not be read, what is malformed, a secret that would
/// go elsewhere, what cannot be tried. Calls out, at most 10 times a minute and 8 at once for an organization. Writes: of a provider that is
/// tried as it is stored, how it ended. Events: AiProviderTested.
/// </summary>
public sealed class TestAiProviderMutation
{
    private readonly MutationRunner _runner;
    private readonly ProviderTesting _testing;

    internal TestAiProviderMutation(MutationRunner runner, ProviderTesting testing) => (_runner, _testing) = (runner, testing);

    /// <summary>Tries a provider's key by a request that costs nothing. Whatever the other side does is an outcome, not an error.</summary>
    /// <param name="input">The provider.</param>
    [Authorize(Policy.ManageAiProviders)]
    public async Task<TestAiProviderPayload?> TestAiProviderAsync(IResolveFieldContext context, TestAiProviderInput input)
    {
        var request = context.Request();
        var organization = (OrganizationSnapshot)(await request.SnapshotAsync(input.Scope.OrganizationId!.Value))!;
        var (stored, draft, error) = _testing.Prepare(organization, request.Caller, input);
        if (error is not null)
        {
            return new TestAiProviderPayload(new AppendResult(organization, null, [error]), null, null);
        }

        using var place = request.Rates?.BeginConnectivityTest(organization.OrganizationId);
        if (await _testing.OpenAsync(organization.OrganizationId, draft!, request.Cancellation) is not { } opened)
        {
            return new TestAiProviderPayload(new AppendResult(organization, null, [new ValidationError("The provider was changed meanwhile. Try again.", "aiProviderId")]), null, null);
        }

        var test = await _testing.RunAsync(opened, input.Model, request.Caller, request.Cancellation);
        var result = stored is null || ProviderTesting.IsDraft(stored, input)
            ? new AppendResult(organization, null, [])
            : await _runner.DecideAsync(context, decision => ProviderTesting.Record(decision, stored, test));
        return new TestAiProviderPayload(result, test, stored?.Id);
    }
}
