using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>Which environment variables.</summary>
public sealed class EnvironmentVariableFilter
{
    /// <summary>Part of the name, in any case.</summary>
    public string? Search { get; set; }

    /// <summary>Only those of this scope.</summary>
    public SettingScope? Scope { get; set; }
}

/// <summary>The environment variables of an organization.</summary>
public sealed class EnvironmentVariableQueries
{
    private const string Organizations = "Organization.environmentVariables";
    private const string Projects = "Project.environmentVariables";

    /// <summary>The environment variables of the organization itself, by name: they hold in all of its projects.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    public EnvironmentVariableConnection EnvironmentVariables([Parent] Organization organization, int? first, string? after, int? last, string? before, EnvironmentVariableFilter? where) =>
        Page(Organizations, organization.Snapshot, null, new PageArguments(first, after, last, before), where);

    internal static EnvironmentVariableConnection OfProject(OrganizationSnapshot snapshot, Guid project, PageArguments arguments, EnvironmentVariableFilter? where) =>
        Page(Projects, snapshot, project, arguments, where);

    internal static EnvironmentVariableEdge EdgeOf(EnvironmentVariable variable) => new()
    {
        Node = variable,
        Cursor = new PageCursor(
            $"{(variable.Row.ProjectId is null ? Organizations : Projects)}.{EnvironmentVariableSnapshot.ByName.Tag}+", EnvironmentVariableSnapshot.ByName.Key(variable.Row), variable.Row.Id).ToString(),
    };

    private static EnvironmentVariableConnection Page(string name, OrganizationSnapshot snapshot, Guid? project, PageArguments arguments, EnvironmentVariableFilter? where)
    {
        var list = new FilteredList<EnvironmentVariableSnapshot>(
            snapshot.EnvironmentVariables.In(project).All,
            variable => (where?.Scope is not { } scope || variable.Place.Scope == scope)
                && (where?.Search is not { Length: > 0 } search || variable.Name.Contains(search, StringComparison.OrdinalIgnoreCase))).Whole();
        var page = Paging.Of(name, list, EnvironmentVariableSnapshot.ByName, arguments);
        var values = new ReadableValues(snapshot.OrganizationId, page.Items);
        return new EnvironmentVariableConnection(page.Select(row => new EnvironmentVariable(snapshot, row, values)));
    }
}

/// <summary>The environment variables of a project and its functions.</summary>
public sealed class ProjectEnvironmentVariableQueries
{
    /// <summary>The environment variables of the project and of functions in it, by name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    [Authorize(Policy.UpdateProject)]
    public EnvironmentVariableConnection? EnvironmentVariables([Parent] Project project, int? first, string? after, int? last, string? before, EnvironmentVariableFilter? where) =>
        EnvironmentVariableQueries.OfProject(project.Snapshot, project.Row.Id, new PageArguments(first, after, last, before), where);

    /// <summary>What a program in the project finds in its environment, by name: a function's variables over the project's over the organization's.</summary>
    /// <param name="functionId">A prompt, scorer or tool, by the platform's own id; left out: for those without variables of their own.</param>
    [Authorize(Policy.UpdateProject)]
    public IEnumerable<EffectiveEnvironmentVariable>? EffectiveEnvironmentVariables([Parent] Project project, [Id] string? functionId)
    {
        if (functionId is not null && InputRules.PlatformId(functionId, "functionId") is { } invalid)
        {
            throw RequestFault.BadInput(invalid.Message);
        }

        var snapshot = project.Snapshot;
        var effective = snapshot.EnvironmentVariables.EffectiveAt(new VariablePlace(project.Row.Id, functionId));
        var values = new ReadableValues(snapshot.OrganizationId, [.. effective.SelectMany(one => one.Overrides.Prepend(one.Variable))]);
        return [.. effective.Select(one => new EffectiveEnvironmentVariable(one, row => new EnvironmentVariable(snapshot, row, values)))];
    }
}
