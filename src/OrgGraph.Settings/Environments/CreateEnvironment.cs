using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Environments;

/// <summary>A new environment.</summary>
public sealed class CreateEnvironmentInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Its name, such as production, unique in the organization without regard to case: 1 to 256 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>What programs select it by; made from the name when left out.</summary>
    public string? Slug { get; set; }

    /// <summary>What it is for: up to 2,000 characters.</summary>
    public string? Description { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The new environment, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(ConflictError), typeof(LimitReachedError))]
public sealed class CreateEnvironmentPayload : MutationPayload
{
    internal CreateEnvironmentPayload(AppendResult result, Guid id)
        : base(result)
    {
        if (result.IsAccepted)
        {
            Environment = new Environment(result.Organization(), result.Organization().Environments[id]!);
            EnvironmentEdge = EnvironmentQueries.EdgeOf(Environment);
        }
    }

    /// <summary>The new environment.</summary>
    public Environment? Environment { get; }

    /// <summary>The new environment with a cursor, for lists.</summary>
    public EnvironmentEdge? EnvironmentEdge { get; }
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: bad or taken name or slug, too many. Writes: environment. Events: EnvironmentCreated.
/// </summary>
public sealed class CreateEnvironmentMutation(MutationRunner runner, SettingsLimits limits)
{
    /// <summary>Makes an environment.</summary>
    /// <param name="input">The new environment.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<CreateEnvironmentPayload?> CreateEnvironmentAsync(IResolveFieldContext context, CreateEnvironmentInput input)
    {
        var id = Guid.Empty;
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, id = decision.NewId()));
        return new CreateEnvironmentPayload(result, id);
    }

    private Refusal? Decide(Decision decision, CreateEnvironmentInput input, Guid id)
    {
        var organization = decision.Organization();
        if (InputRules.Name(input.Name, "name", out var name) is { } badName)
        {
            return badName;
        }

        if (Slugs.Check(input.Slug, name, out var slug) is { } badSlug)
        {
            return badSlug;
        }

        if (InputRules.Description(input.Description, "description", out var description) is { } badDescription)
        {
            return badDescription;
        }

        if (EnvironmentRules.Taken(organization, name, slug, except: null) is { } taken)
        {
            return taken;
        }

        if (SettingsLimits.Reached(limits.Environments, organization.Environments.Count))
        {
            return new LimitReachedError($"An organization holds at most {limits.Environments} environments.", limits.Environments);
        }

        decision.Put(EnvironmentRow.Table, new EnvironmentSnapshot(id, 0, name, slug, description, decision.Now).ToRow(organization.OrganizationId));
        decision.Raise(new EnvironmentCreated(id), name);
        return null;
    }
}
