using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>A new environment variable, or changes of one: what is left out stays.</summary>
public sealed class SetEnvironmentVariableInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>The project for which it holds; left out or null: for the whole organization, or wherever the variable that environmentVariableId names is.</summary>
    [Id]
    public string? ProjectId { get; set; }

    /// <summary>The prompt, scorer or tool for which it holds, by the platform's own id: needs projectId. Left out or null: for the project as a whole.</summary>
    [Id]
    public string? FunctionId { get; set; }

    /// <summary>Which variable to change, and perhaps rename. Without it the one of that name in the scope is changed, or made.</summary>
    [Id]
    public string? EnvironmentVariableId { get; set; }

    /// <summary>
    /// Its name, unique in its scope, case and all: a letter or underscore, then up to 127 letters, digits and underscores. Names that steer
    /// the process itself are refused, such as PATH, NODE_OPTIONS and all that begin with LD_ or DOTNET_.
    /// </summary>
    public string Name { get; set; } = "";

    /// <summary>Its value, kept byte for byte: up to 64 KiB in UTF-8, without NUL. Needed for a new one, may be empty; left out or null: the stored one stays.</summary>
    public string? Value { get; set; }

    /// <summary>Whether the value can never be read back. A new one is sensitive unless this is false; once sensitive it stays so.</summary>
    public bool? IsSensitive { get; set; }

    /// <summary>What it is for, up to 2,000 characters; null clears it.</summary>
    public string? Description { get; set; }

    /// <summary>The variable's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => EnvironmentVariableId is { } id && ProjectId is null
        ? VariableScope.Of(OrganizationId, null) with { ProjectIn = VariableScope.ProjectOf(id) }
        : VariableScope.Of(OrganizationId, ProjectId);
}

/// <summary>The variable as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(LimitReachedError))]
public sealed class SetEnvironmentVariablePayload : MutationPayload
{
    internal SetEnvironmentVariablePayload(AppendResult result, Guid id, bool created)
        : base(result)
    {
        if (result.IsAccepted && result.Organization().EnvironmentVariables[id] is { } row)
        {
            EnvironmentVariable = new EnvironmentVariable(result.Organization(), row);
            EnvironmentVariableEdge = created ? EnvironmentVariableQueries.EdgeOf(EnvironmentVariable) : null;
            Created = created;
        }
    }

    /// <summary>The variable.</summary>
    public EnvironmentVariable? EnvironmentVariable { get; }

    /// <summary>The variable with a cursor, for lists; null when it was there before.</summary>
    public EnvironmentVariableEdge? EnvironmentVariableEdge { get; }

    /// <summary>Whether it is new.</summary>
    public bool? Created { get; }
}

/// <summary>
/// Caller: MANAGE_ENVIRONMENT_VARIABLES. Refused: a project or variable that is unknown or may not be read, a bad, reserved or taken name, a
/// bad value, a new one without value, a sensitive one that should be readable, stale version, too many. Writes: variable; seals the value,
/// erases the one before. Events: EnvironmentVariableCreated or EnvironmentVariableUpdated.
/// </summary>
public sealed class SetEnvironmentVariableMutation
{
    private readonly MutationRunner _runner;
    private readonly VariableValues _values;
    private readonly SettingsLimits _limits;

    internal SetEnvironmentVariableMutation(MutationRunner runner, VariableValues values, SettingsLimits limits) => (_runner, _values, _limits) = (runner, values, limits);

    /// <summary>Makes or changes an environment variable of the organization, of a project or of a function. Programs that start from now on get the value.</summary>
    /// <param name="input">The variable.</param>
    [Authorize(Policy.ManageEnvironmentVariables)]
    public async Task<SetEnvironmentVariablePayload?> SetEnvironmentVariableAsync(IResolveFieldContext context, SetEnvironmentVariableInput input)
    {
        // Nothing waits for a key service inside a write: so the value is sealed first, and thrown away when it is refused.
        var value = input.Value is { } given && VariableTexts.WhyNotValue(given) is null
            ? await _values.SealAsync(input.Scope.OrganizationId!.Value, given, context.Request().Cancellation)
            : null;
        var (id, created) = (Guid.Empty, false);
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, value, out id, out created));
        return new SetEnvironmentVariablePayload(result, id, created);
    }

    private Refusal? Decide(Decision decision, SetEnvironmentVariableInput input, SealedWrite? value, out Guid id, out bool created)
    {
        (id, created) = (Guid.Empty, false);
        if (Check(input, out var name, out var description) is { } invalid)
        {
            return invalid;
        }

        var (place, stored, unknown) = Find(decision, input, name);
        if (unknown is not null)
        {
            return unknown;
        }

        if (Stale(input, stored) is { } stale)
        {
            return stale;
        }

        if (stored is { IsSensitive: true } && input.IsSensitive == false)
        {
            return new ValidationError("The variable is sensitive, and stays so: its value must never be read back. Delete it and make a new one.", "isSensitive");
        }

        created = stored is null;
        if (created && (value is null ? new ValidationError("A new variable needs a value; it may be empty.", "value") : (UserError?)VariableScope.Full(decision.Organization(), _limits, place, 1)) is { } missing)
        {
            return missing;
        }

        stored ??= VariableWriting.New(decision, place);
        id = stored.Id;
        Write(decision, input, created, stored, stored with { Name = name, Description = input.Has("description") ? description : stored.Description }, value);
        return null;
    }

    private static UserError? Check(SetEnvironmentVariableInput input, out string name, out string? description)
    {
        name = input.Name.Trim();
        description = null;
        return VariableTexts.WhyNotName(name) is { } badName ? new ValidationError(badName, "name")
            : input.Value is { } value && VariableTexts.WhyNotValue(value) is { } badValue ? new ValidationError(badValue, "value")
            : InputRules.NotNull(input, "isSensitive") ?? InputRules.Description(input.Description, "description", out description);
    }

    private static ConflictError? Stale(SetEnvironmentVariableInput input, EnvironmentVariableSnapshot? stored) =>
        stored is not null ? ConflictError.IfStale(input.ExpectedVersion, stored.Version)
        : input.ExpectedVersion is null ? null
        : new ConflictError("There is no variable of that name by now. Read the list again, then decide.", null, "expectedVersion");

    // By its id, wherever it is unless a place is named too; else by its name at the place.
    private static (VariablePlace Place, EnvironmentVariableSnapshot? Stored, UserError? Error) Find(Decision decision, SetEnvironmentVariableInput input, string name)
    {
        var organization = decision.Organization();
        var (place, invalid) = VariableScope.PlaceOf(decision, input.ProjectId, input.FunctionId);
        if (invalid is not null)
        {
            return (place, null, invalid);
        }

        if (input.EnvironmentVariableId is not { } id)
        {
            return (place, organization.EnvironmentVariables.At(place).FirstOrDefault(variable => variable.Name == name), null);
        }

        var found = VariableScope.Find(decision, id);
        if (found is null || (input.ProjectId is not null && found.ProjectId != place.ProjectId) || (input.FunctionId is not null && found.FunctionId != place.FunctionId))
        {
            return (place, null, NotFoundError.Of("environment variable", "environmentVariableId"));
        }

        return organization.EnvironmentVariables.At(found.Place).Any(other => other.Name == name && other.Id != found.Id)
            ? (found.Place, found, new ConflictError("Another variable of the scope has that name. Choose another one.", null, "name"))
            : (found.Place, found, null);
    }

    private static void Write(Decision decision, SetEnvironmentVariableInput input, bool created, EnvironmentVariableSnapshot stored, EnvironmentVariableSnapshot changed, SealedWrite? value)
    {
        changed = changed with { IsSensitive = input.IsSensitive ?? stored.IsSensitive };
        if (value is not null)
        {
            changed = VariableWriting.WithValue(decision, changed, value, input.Value!);
        }

        if (changed != stored)
        {
            VariableWriting.Write(decision, changed, created, value is not null);
        }
    }
}
