using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>
/// A variable that prompts, scorers and tools find in their environment: of the organization, of a project or of one function. The value of
/// a sensitive one is for programs that run, and never shown again.
/// </summary>
[Name("EnvironmentVariable"), Implements(typeof(INode))]
public sealed class EnvironmentVariable : INode
{
    private readonly OrganizationSnapshot _organization;
    private readonly ReadableValues _values;

    internal EnvironmentVariable(OrganizationSnapshot organization, EnvironmentVariableSnapshot row)
        : this(organization, row, new ReadableValues(organization.OrganizationId, [row]))
    {
    }

    /// <param name="values">Those of the list that it stands in.</param>
    internal EnvironmentVariable(OrganizationSnapshot organization, EnvironmentVariableSnapshot row, ReadableValues values) => (_organization, Row, _values) = (organization, row, values);

    [Ignore]
    internal EnvironmentVariableSnapshot Row { get; }

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.EnvironmentVariable, _organization.OrganizationId, Row.Id).ToString();

    /// <summary>The name, unique in its scope, case and all: letters, digits and underscores.</summary>
    public string Name => Row.Name;

    /// <summary>What it is for.</summary>
    public string? Description => Row.Description;

    /// <summary>First three and last four characters of the value, "***" under 28 characters; null: the caller may not change the variable.</summary>
    public string? Preview(IResolveFieldContext context) => CanChange(_organization, context.Caller(), Row.ProjectId) ? Row.Preview : null;

    /// <summary>For what it holds.</summary>
    public SettingScope Scope => Row.Place.Scope;

    /// <summary>The project for which, or in which, it holds; null: for the whole organization.</summary>
    public Project? Project => Row.ProjectId is { } project && _organization.Projects[project] is { } row ? new Project(_organization, row) : null;

    /// <summary>The prompt, scorer or tool for which it holds: the platform's own id. Null: for more than one.</summary>
    [Id]
    public string? FunctionId => Row.FunctionId;

    /// <summary>Whether its value can never be read back. Once it is so it stays so.</summary>
    public bool IsSensitive => Row.IsSensitive;

    /// <summary>The value, byte for byte, unless it is sensitive.</summary>
    public ValueTask<string?> ValueAsync(IResolveFieldContext context, [FromServices] VariableValues values) => _values.ReadAsync(Row, values, context.Request().Cancellation);

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>When its value was last given, whatever else was changed since.</summary>
    public DateTimeOffset ValueUpdatedAt => Row.ValueUpdatedAt;

    /// <summary>Who gave its value; null when it came with the organization, or that principal has left or is hidden from the caller.</summary>
    public IPrincipal? ValueUpdatedBy(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), Row.ValueUpdatedBy);

    /// <summary>When a program last asked for its value, to the minute; null: not yet.</summary>
    public DateTimeOffset? LastUsedAt([FromServices] UsageTracker usage) => usage.LastUsed(Row.Id);

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => Row.Version;

    /// <summary>Members see those of the organization; those of a project and its functions, who may change the project.</summary>
    internal static bool CanSee(Snapshot snapshot, Caller caller, Guid? project)
    {
        var rights = Policies.RightsOf(caller, snapshot);
        return rights.IsMember && (project is not { } id || rights.Can(Permission.Update, ResourceRef.Project(id)));
    }

    /// <summary>Whether the caller may change variables of the project, or of the organization.</summary>
    internal static bool CanChange(Snapshot snapshot, Caller caller, Guid? project) =>
        Policies.RightsOf(caller, snapshot).Can(Permission.Update, project is { } id ? ResourceRef.Project(id) : ResourceRef.Organization);
}

/// <summary>A page of environment variables.</summary>
[Name("EnvironmentVariableConnection")]
public sealed class EnvironmentVariableConnection(Page<EnvironmentVariable> page) : Connection<EnvironmentVariable, EnvironmentVariableEdge>(page);

/// <summary>An environment variable, and its place in the list.</summary>
[Name("EnvironmentVariableEdge")]
public sealed class EnvironmentVariableEdge : Edge<EnvironmentVariable>;
