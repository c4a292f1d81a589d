using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.AiProviders;

/// <summary>The steps of testing a provider.</summary>
internal sealed class ProviderTesting
{
    private const int LongestModel = 256;

    private readonly IOutboundHttp _outbound;
    private readonly ProviderProbe _probe;
    private readonly SecretVault _vault;
    private readonly TimeProvider _clock;

    internal ProviderTesting(IOutboundHttp outbound, ProviderProbe probe, SecretVault vault, TimeProvider clock) => (_outbound, _probe, _vault, _clock) = (outbound, probe, vault, clock);

    /// <summary>What is to be tried, or why it is not.</summary>
    public (AiProviderSnapshot? Stored, ProviderDraft? Draft, UserError? Error) Prepare(OrganizationSnapshot organization, Caller caller, TestAiProviderInput input)
    {
        // The door lets pass what it cannot judge: nothing is sent anywhere before this is.
        var project = input.ProjectId is { } named ? GlobalId.Parse(named, "projectId").In(NodeType.Project, organization.OrganizationId) : null;
        if (input.ProjectId is not null && !(project is { } id && organization.Projects[id] is not null && ReadableProject.CanSee(organization, caller, id)))
        {
            return (null, null, NotFoundError.Of("project", "projectId"));
        }

        var stored = input.AiProviderId is { } known ? AiProviderScope.Find(organization, caller, known) : null;
        if (input.AiProviderId is not null && (stored is null || stored.ProjectId != project))
        {
            return (null, null, NotFoundError.Of("AI provider", "aiProviderId"));
        }

        if ((input.Type ?? stored?.Type) is not { } type || ProviderCatalog.Find(type) is not { } kind)
        {
            return (null, null, new ValidationError("Name a type: one of aiProviderTypes, or custom.", "type"));
        }

        if (input.Model is { } model && (model.Length is 0 or > LongestModel || model.Any(char.IsControl)))
        {
            return (null, null, new ValidationError("This is no model's name.", "model"));
        }

        if (stored?.Secret is not null && input.Secret is null && IsDraft(stored, input))
        {
            return (null, null, new ValidationError("The stored secret is tried only as it is stored. With other values pass it again.", "secret"));
        }

        var (draft, error) = ProviderDraft.Make(stored, kind, input, GivenTexts.Of(input, kind), drops: false, _outbound);
        draft = draft is null ? null : draft with { CustomModels = stored?.CustomModels ?? [] };
        return (stored, draft, error ?? (draft is null ? null : ProviderProbe.WhyNot(draft)));
    }

    /// <summary>Whether something else is tried than what is stored.</summary>
    public static bool IsDraft(AiProviderSnapshot stored, TestAiProviderInput input) =>
        input.Secret is not null || input.Settings is not null || input.Headers is not null || input.EndpointUrl is not null || (input.Type is { } type && type != stored.Type);

    /// <summary>Opens what is stored of it; null: some of it has gone meanwhile.</summary>
    public async Task<OpenedProvider?> OpenAsync(Guid organizationId, ProviderDraft draft, CancellationToken cancellation)
    {
        var secrets = await OpenAsync(organizationId, draft.Secret is { } one ? [one] : [], ProviderSecrets.SecretField, cancellation);
        var headers = await OpenAsync(organizationId, [.. draft.Headers.Select(header => header.Value)], ProviderSecrets.HeaderField, cancellation);
        DraftSetting[] secretSettings = [.. draft.Settings.Where(setting => setting.Secret is not null)];
        var settings = await OpenAsync(organizationId, [.. secretSettings.Select(setting => setting.Secret!)], ProviderSecrets.SettingField, cancellation);
        return secrets is null || headers is null || settings is null
            ? null
            : new OpenedProvider(
                draft,
                secrets.Count > 0 ? secrets[0] : null,
                [.. draft.Headers.Zip(headers, (header, value) => (header.Name, value))],
                secretSettings.Zip(settings).ToDictionary(pair => pair.First.Name, pair => pair.Second));
    }

    /// <summary>Calls out: to the vendor's sign-in service where there is one, then to its API.</summary>
    public async Task<ProviderTestResult> RunAsync(OpenedProvider provider, string? model, Caller caller, CancellationToken cancellation)
    {
        var begun = _clock.GetTimestamp();
        if (_probe.SignIn(provider, _clock.GetUtcNow()) is { } signIn)
        {
            var answer = await _outbound.SendAsync(signIn, cancellation);
            if (ProviderSignIn.TokenIn(answer) is not { } token)
            {
                // It said yes and gave nothing: that is no service of the vendor's.
                var outcome = answer.Outcome() == ConnectivityOutcome.Ok ? ConnectivityOutcome.Rejected : answer.Outcome();
                return Result(signIn, answer, outcome, answer.Outcome() == ConnectivityOutcome.Ok ? " But there is no token in the answer." : "");
            }

            provider = provider with { Token = token };
        }

        var call = _probe.Make(provider, model, caller.Person?.Email ?? "", _clock.GetUtcNow());
        var left = call.Patience - _clock.GetElapsedTime(begun);
        var last = await _outbound.SendAsync(call with { Patience = left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1) }, cancellation);
        return Result(call, last, last.Outcome(), "");

        ProviderTestResult Result(OutboundCall made, OutboundAnswer answer, ConnectivityOutcome outcome, string more) => new(
            DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds()),
            outcome,
            answer.HttpStatus(),
            (int)_clock.GetElapsedTime(begun).TotalMilliseconds,
            made.Url.GetLeftPart(UriPartial.Path),
            ProviderProbe.Tell(made, answer) + more);
    }

    /// <summary>Writes down how it ended, unless the provider is another one by now.</summary>
    public static Refusal? Record(Decision decision, AiProviderSnapshot tried, ProviderTestResult test)
    {
        if (decision.Organization().AiProviders.All[tried.Id] is { } provider && Bare(provider).SaysSameAs(Bare(tried)))
        {
            decision.Put(AiProviderRow.Table, (provider with { LastTest = test }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new AiProviderTested(provider.Id, provider.ProjectId, RowJson.Write(test)), provider.Name);
        }

        return null;
    }

    private static AiProviderSnapshot Bare(AiProviderSnapshot provider) => provider with { LastTest = null, IsRecordedStale = false };

    private async Task<IReadOnlyList<Secret>?> OpenAsync(Guid organizationId, IReadOnlyList<DraftText> texts, string field, CancellationToken cancellation)
    {
        var opened = await _vault.OpenAsync(organizationId, [.. texts.Where(text => text.IsKept).Select(text => text.Stored!.SecretId)], field, cancellation);
        var all = texts.Select(text => text.Given ?? opened.GetValueOrDefault(text.Stored!.SecretId)).OfType<Secret>().ToList();
        return all.Count == texts.Count ? all : null;
    }
}
