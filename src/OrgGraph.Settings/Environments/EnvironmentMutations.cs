using System.ComponentModel;
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

/// <summary>Deletes an environment.</summary>
public sealed class DeleteEnvironmentInput : MutationInput, IScoped
{
    /// <summary>Which environment.</summary>
    [Id]
    public string EnvironmentId { get; set; } = "";

    /// <summary>Delete it although versions are assigned to it; they are unassigned.</summary>
    [DefaultValue(false)]
    public bool Force { get; set; }

    /// <summary>The environment's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(EnvironmentId, "environmentId").Organized);
}

/// <summary>What was deleted, or why nothing was.</summary>
[Errors(typeof(NotFoundError), typeof(ConflictError), typeof(InUseError))]
public sealed class DeleteEnvironmentPayload : MutationPayload
{
    internal DeleteEnvironmentPayload(AppendResult result, string id)
        : base(result)
    {
        if (result.IsAccepted)
        {
            (DeletedEnvironmentId, DeletedAssignmentCount) = (id, 0);
        }
    }

    /// <summary>The environment that was deleted.</summary>
    [Id]
    public string? DeletedEnvironmentId { get; }

    /// <summary>How many assigned versions went with it.</summary>
    public int? DeletedAssignmentCount { get; }
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: no such environment, stale version. Writes: environment. Events: EnvironmentDeleted.
/// </summary>
public sealed class DeleteEnvironmentMutation(MutationRunner runner)
{
    /// <summary>Deletes an environment. Programs that select it no longer find it.</summary>
    /// <param name="input">Which environment.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<DeleteEnvironmentPayload?> DeleteEnvironmentAsync(IResolveFieldContext context, DeleteEnvironmentInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.EnvironmentId);

    private static Refusal? Decide(Decision decision, DeleteEnvironmentInput input)
    {
        if (EnvironmentRules.Find(decision.Organization(), input.EnvironmentId) is not { } environment)
        {
            return NotFoundError.Of("environment", "environmentId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, environment.Version) is { } stale)
        {
            return stale;
        }

        decision.Remove(EnvironmentRow.Table, environment.ToRow(decision.Before.OrganizationId));
        decision.Raise(new EnvironmentDeleted(environment.Id), environment.Name);
        return null;
    }
}

/// <summary>The rules that several mutations of environments share.</summary>
internal static class EnvironmentRules
{
    public static EnvironmentSnapshot? Find(OrganizationSnapshot organization, string id) =>
        GlobalId.Parse(id, "environmentId").In(NodeType.Environment, organization.OrganizationId) is { } environment ? organization.Environments[environment] : null;

    public static ConflictError? Taken(OrganizationSnapshot organization, string name, string slug, Guid? except)
    {
        var normalized = InputRules.Normalize(name);
        var others = organization.Environments.All.Where(other => other.Id != except).ToList();
        return others.Exists(other => other.NormalizedName == normalized) ? new ConflictError("An environment of that name exists. Choose another one.", null, "name")
            : others.Exists(other => other.Slug == slug) ? new ConflictError($"The slug {slug} belongs to another environment. Choose another one.", null, "slug")
            : null;
    }
}
