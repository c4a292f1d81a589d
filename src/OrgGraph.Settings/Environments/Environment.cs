using GraphQL;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Environments;

/// <summary>An environment.</summary>
internal sealed class EnvironmentRow : SettingsRow
{
    public static readonly RowTable<EnvironmentRow> Table = new("Environments", "OrganizationId", "Id");

    public required string Name { get; init; }

    public required string Slug { get; init; }

    public string? Description { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An environment, as the snapshot holds it.</summary>
internal sealed record EnvironmentSnapshot(Guid Id, int Version, string Name, string Slug, string? Description, DateTimeOffset CreatedAt) : IEntity
{
    public static readonly SortOrder<EnvironmentSnapshot> ByName = new("name", environment => SortKey.Of(environment.NormalizedName));

    public string NormalizedName { get; } = InputRules.Normalize(Name);

    public static EnvironmentSnapshot Of(EnvironmentRow row) => new(row.Id, row.Version, row.Name, row.Slug, row.Description, row.CreatedAt);

    public EnvironmentRow ToRow(Guid organization) =>
        new() { OrganizationId = organization, Id = Id, Name = Name, Slug = Slug, Description = Description, CreatedAt = CreatedAt };
}

/// <summary>A stage such as production, staging or dev, to which versions of prompts and functions are assigned.</summary>
[Name("Environment"), Implements(typeof(INode))]
public sealed class Environment : INode
{
    internal Environment(OrganizationSnapshot organization, EnvironmentSnapshot row) => (Organization, Row) = (organization, row);

    [Ignore]
    internal OrganizationSnapshot Organization { get; }

    [Ignore]
    internal EnvironmentSnapshot Row { get; }

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.Environment, Organization.OrganizationId, Row.Id).ToString();

    /// <summary>The name, unique in the organization without regard to case.</summary>
    public string Name => Row.Name;

    /// <summary>What programs select it by, unique in the organization: lower case letters, digits and hyphens.</summary>
    public string Slug => Row.Slug;

    /// <summary>What it is for.</summary>
    public string? Description => Row.Description;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => Row.Version;
}

/// <summary>A page of environments.</summary>
[Name("EnvironmentConnection")]
public sealed class EnvironmentConnection(Page<Environment> page) : Connection<Environment, EnvironmentEdge>(page);

/// <summary>An environment, and its place in the list.</summary>
[Name("EnvironmentEdge")]
public sealed class EnvironmentEdge : Edge<Environment>;
