using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>A .env file to take variables from.</summary>
public sealed class ImportEnvironmentVariablesInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>The project for which they hold; left out or null: for the whole organization.</summary>
    [Id]
    public string? ProjectId { get; set; }

    /// <summary>The prompt, scorer or tool for which they hold, by the platform's own id: needs projectId. Left out or null: for the project as a whole.</summary>
    [Id]
    public string? FunctionId { get; set; }

    /// <summary>
    /// The file's text: lines of name=value, at most 1,000. An export before the name, blanks around the equals sign, comments (a number sign
    /// after a blank) and blank lines are fine. Values in single quotes stand as they are; in double ones a backslash escapes n, r, t, b, f, v,
    /// quotes, backslash, dollar and backtick. Both may go over several lines. Nothing is expanded.
    /// </summary>
    public string Dotenv { get; set; } = "";

    [Ignore]
    public Scope Scope => VariableScope.Of(OrganizationId, ProjectId);
}

/// <summary>What became of a line.</summary>
public enum ImportOutcome
{
    /// <summary>A new variable was made. It is sensitive.</summary>
    Created,

    /// <summary>The variable of that name has the new value.</summary>
    Updated,

    /// <summary>An earlier line has the same name, and counts.</summary>
    Duplicate,

    /// <summary>It is no assignment that can be taken; the message says why.</summary>
    Invalid,
}

/// <summary>What became of a line of a .env file.</summary>
[Name("EnvironmentVariableImportResult")]
public sealed class EnvironmentVariableImportResult
{
    internal EnvironmentVariableImportResult(DotenvLine line, ImportOutcome outcome, EnvironmentVariable? variable) =>
        (Line, Name, Outcome, Message, EnvironmentVariable) =
            (line.Line, line.Name, outcome, outcome == ImportOutcome.Duplicate ? "An earlier line has the same name." : line.Problem, variable);

    /// <summary>The line at which it begins, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The variable's name; null when the line has none that could be one.</summary>
    public string? Name { get; }

    /// <summary>What became of it.</summary>
    public ImportOutcome Outcome { get; }

    /// <summary>Why it was not taken, for people; it quotes nothing of the line. Null when it was.</summary>
    public string? Message { get; }

    /// <summary>The variable that was made or changed.</summary>
    public EnvironmentVariable? EnvironmentVariable { get; }
}

/// <summary>What became of each line, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(LimitReachedError))]
public sealed class ImportEnvironmentVariablesPayload : MutationPayload
{
    internal ImportEnvironmentVariablesPayload(AppendResult result, IReadOnlyList<ImportedLine> lines)
        : base(result)
    {
        if (result.IsAccepted)
        {
            var snapshot = result.Organization();
            var rows = lines.Where(line => line.Id is not null).Select(line => snapshot.EnvironmentVariables[line.Id!.Value]).OfType<EnvironmentVariableSnapshot>().ToDictionary(row => row.Id);
            var values = new ReadableValues(snapshot.OrganizationId, rows.Values);
            Results =
            [
                .. lines.Select(line => new EnvironmentVariableImportResult(
                    line.Read, line.Outcome, line.Id is { } id && rows.TryGetValue(id, out var row) ? new EnvironmentVariable(snapshot, row, values) : null)),
            ];
        }
    }

    /// <summary>What became of each line, in order; blank lines and comments are left out.</summary>
    public IReadOnlyList<EnvironmentVariableImportResult> Results { get; } = [];
}

/// <summary>
/// Caller: MANAGE_ENVIRONMENT_VARIABLES. Refused: a project that is unknown or may not be read, a function without a project, too many lines
/// or variables. Writes: variables; seals the values, erases those before. Good lines are kept although others are bad. Events:
/// EnvironmentVariableCreated and EnvironmentVariableUpdated, one for each.
/// </summary>
public sealed class ImportEnvironmentVariablesMutation
{
    private const int MaxLines = 1_000;

    private readonly MutationRunner _runner;
    private readonly VariableValues _values;
    private readonly SettingsLimits _limits;

    internal ImportEnvironmentVariablesMutation(MutationRunner runner, VariableValues values, SettingsLimits limits) => (_runner, _values, _limits) = (runner, values, limits);

    /// <summary>Takes environment variables from a .env file: new ones are made and are sensitive, those that are there get the new values. Good lines are kept although others are bad.</summary>
    /// <param name="input">The file, and for what its variables hold.</param>
    [Authorize(Policy.ManageEnvironmentVariables)]
    public async Task<ImportEnvironmentVariablesPayload?> ImportEnvironmentVariablesAsync(IResolveFieldContext context, ImportEnvironmentVariablesInput input)
    {
        var lines = Dotenv.Read(input.Dotenv, MaxLines + 1);
        var isTooMuch = lines.Count > MaxLines;
        var values = isTooMuch ? [] : await SealAsync(input.Scope.OrganizationId!.Value, lines, context.Request().Cancellation);
        IReadOnlyList<ImportedLine> imported = [];
        var result = await _runner.DecideAsync(
            context, decision => isTooMuch ? TooManyLines() : Decide(decision, input, lines, values, out imported));
        return new ImportEnvironmentVariablesPayload(result, imported);
    }

    private static Refusal TooManyLines() => new([new LimitReachedError($"A file holds at most {MaxLines} lines besides blank ones and comments. Import it in parts.", MaxLines, "dotenv")]);

    // Of lines with one name the first counts, be it good or bad.
    private async Task<Dictionary<string, SealedWrite>> SealAsync(Guid organizationId, List<DotenvLine> lines, CancellationToken cancellation)
    {
        var values = new Dictionary<string, SealedWrite>(StringComparer.Ordinal);
        foreach (var line in lines.Where(line => line.Name is not null).DistinctBy(line => line.Name, StringComparer.Ordinal).Where(line => line.Value is not null))
        {
            values[line.Name!] = await _values.SealAsync(organizationId, line.Value!, cancellation);
        }

        return values;
    }

    private Refusal? Decide(Decision decision, ImportEnvironmentVariablesInput input, List<DotenvLine> lines, Dictionary<string, SealedWrite> values, out IReadOnlyList<ImportedLine> imported)
    {
        imported = [];
        var (place, error) = VariableScope.PlaceOf(decision, input.ProjectId, input.FunctionId);
        if (error is not null)
        {
            return error;
        }

        var stored = decision.Organization().EnvironmentVariables.At(place).ToDictionary(variable => variable.Name, StringComparer.Ordinal);
        if (VariableScope.Full(decision.Organization(), _limits, place, values.Keys.Count(name => !stored.ContainsKey(name))) is { } full)
        {
            return full;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        imported = lines.ConvertAll(line =>
            line.Name is { } name && !seen.Add(name) ? new ImportedLine(line, ImportOutcome.Duplicate, null)
            : line.Value is null ? new ImportedLine(line, ImportOutcome.Invalid, null)
            : Take(decision, place, line, stored.GetValueOrDefault(line.Name!), values[line.Name!]));
        return null;
    }

    private static ImportedLine Take(Decision decision, VariablePlace place, DotenvLine line, EnvironmentVariableSnapshot? stored, SealedWrite value)
    {
        var before = stored ?? VariableWriting.New(decision, place) with { Name = line.Name! };
        VariableWriting.Write(decision, VariableWriting.WithValue(decision, before, value, line.Value!), stored is null, valueChanged: true);
        return new ImportedLine(line, stored is null ? ImportOutcome.Created : ImportOutcome.Updated, before.Id);
    }
}

/// <summary>What the decision made of a line.</summary>
internal sealed record ImportedLine(DotenvLine Read, ImportOutcome Outcome, Guid? Id);
