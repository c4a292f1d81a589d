using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.AiProviders;

/// <summary>Deletes an AI provider.</summary>
public sealed class DeleteAiProviderInput : MutationInput, IScoped
{
    /// <summary>Which provider.</summary>
    [Id]
    public string AiProviderId { get; set; } = "";

    /// <summary>The provider's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => AiProviderScope.Of(AiProviderId);
}

/// <summary>What was deleted, or why nothing was.</summary>
[Errors(typeof(NotFoundError), typeof(ConflictError))]
public sealed class DeleteAiProviderPayload : MutationPayload
{
    internal DeleteAiProviderPayload(AppendResult result, string id, IReadOnlyList<string> unavailable)
        : base(result)
    {
        if (result.IsAccepted)
        {
            (DeletedAiProviderId, UnavailableLoopModels) = (id, unavailable);
        }
    }

    /// <summary>The provider that was deleted.</summary>
    [Id]
    public string? DeletedAiProviderId { get; }

    /// <summary>The models that were selected for Loop and that no other provider of the organization serves.</summary>
    public IReadOnlyList<string>? UnavailableLoopModels { get; }
}

/// <summary>
/// Caller: MANAGE_AI_PROVIDERS. Refused: a provider that is unknown or may not be read, stale version. Writes: provider; erases its sealed
/// secrets. Events: AiProviderDeleted, LoopChanged when models are no longer available by it.
/// </summary>
public sealed class DeleteAiProviderMutation
{
    private readonly MutationRunner _runner;
    private readonly ProviderWriting _writing;

    internal DeleteAiProviderMutation(MutationRunner runner, ProviderWriting writing) => (_runner, _writing) = (runner, writing);

    /// <summary>Deletes an AI provider and erases its secrets. Where it took the organization's place, the organization's counts again.</summary>
    /// <param name="input">Which provider.</param>
    [Authorize(Policy.ManageAiProviders)]
    public async Task<DeleteAiProviderPayload?> DeleteAiProviderAsync(IResolveFieldContext context, DeleteAiProviderInput input)
    {
        IReadOnlyList<string> unavailable = [];
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, out unavailable));
        return new DeleteAiProviderPayload(result, input.AiProviderId, unavailable);
    }

    private Refusal? Decide(Decision decision, DeleteAiProviderInput input, out IReadOnlyList<string> unavailable)
    {
        unavailable = [];
        if (AiProviderScope.Find(decision.Organization(), decision.Caller, input.AiProviderId) is not { } provider)
        {
            return NotFoundError.Of("AI provider", "aiProviderId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, provider.Version) is { } stale)
        {
            return stale;
        }

        unavailable = _writing.Delete(decision, provider);
        return null;
    }
}

/// <summary>A project's AI providers go with it.</summary>
internal sealed class ProjectAiProviders : IProjectContent
{
    private readonly ProviderWriting _writing;

    internal ProjectAiProviders(ProviderWriting writing) => _writing = writing;

    public void Delete(Decision decision, Guid project, DeletedContent counts)
    {
        var own = decision.Organization().AiProviders.In(project).All;
        counts.AiProviders += own.Count;
        foreach (var provider in own)
        {
            _writing.Delete(decision, provider);
        }
    }
}
