using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Environments;

/// <summary>Changes of an environment: what is left out stays.</summary>
public sealed class UpdateEnvironmentInput : MutationInput, IScoped
{
    /// <summary>Which environment.</summary>
    [Id]
    public string EnvironmentId { get; set; } = "";

    /// <summary>Its new name. The slug stays.</summary>
    public string? Name { get; set; }

    /// <summary>Its new slug. Programs that select it by the old one no longer find it.</summary>
    public string? Slug { get; set; }

    /// <summary>What it is for; null clears it.</summary>
    public string? Description { get; set; }

    /// <summary>The environment's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(EnvironmentId, "environmentId").Organized);
}

/// <summary>The environment as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError))]
public sealed class UpdateEnvironmentPayload : MutationPayload
{
    internal UpdateEnvironmentPayload(AppendResult result, string id)
        : base(result)
    {
        if (result.IsAccepted && EnvironmentRules.Find(result.Organization(), id) is { } row)
        {
            Environment = new Environment(result.Organization(), row);
        }
    }

    /// <summary>The environment.</summary>
    public Environment? Environment { get; }
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: no such environment, bad or taken name or slug, stale version. Writes: environment.
/// Events: EnvironmentUpdated.
/// </summary>
public sealed class UpdateEnvironmentMutation(MutationRunner runner)
{
    /// <summary>Changes an environment's name, slug or description.</summary>
    /// <param name="input">Which environment, and what to change.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<UpdateEnvironmentPayload?> UpdateEnvironmentAsync(IResolveFieldContext context, UpdateEnvironmentInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.EnvironmentId);

    private static Refusal? Decide(Decision decision, UpdateEnvironmentInput input)
    {
        var organization = decision.Organization();
        if (EnvironmentRules.Find(organization, input.EnvironmentId) is not { } environment)
        {
            return NotFoundError.Of("environment", "environmentId");
        }

        if (InputRules.NotNull(input, "name", "slug") is { } missing)
        {
            return missing;
        }

        if (ConflictError.IfStale(input.ExpectedVersion, environment.Version) is { } stale)
        {
            return stale;
        }

        var (name, slug, description) = (environment.Name, environment.Slug, environment.Description);
        if (input.Name is not null && InputRules.Name(input.Name, "name", out name) is { } badName)
        {
            return badName;
        }

        if (input.Slug is not null && Slugs.Check(input.Slug, name, out slug) is { } badSlug)
        {
            return badSlug;
        }

        if (input.Has("description") && InputRules.Description(input.Description, "description", out description) is { } badDescription)
        {
            return badDescription;
        }

        if (EnvironmentRules.Taken(organization, name, slug, except: environment.Id) is { } taken)
        {
            return taken;
        }

        if ((name, slug, description) != (environment.Name, environment.Slug, environment.Description))
        {
            decision.Put(EnvironmentRow.Table, (environment with { Name = name, Slug = slug, Description = description }).ToRow(organization.OrganizationId));
            decision.Raise(new EnvironmentUpdated(environment.Id), name);
        }

        return null;
    }
}
