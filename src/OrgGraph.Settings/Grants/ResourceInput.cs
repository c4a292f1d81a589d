using System.Globalization;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Grants;

/// <summary>What a permission applies to.</summary>
public sealed class ResourceInput : IResourceArgument
{
    /// <summary>What kind of thing.</summary>
    public ResourceType Type { get; set; }

    /// <summary>For PROJECT and PERMISSION_GROUP its id. For a kind inside a project the platform's own id of one object; left out, all of that kind.</summary>
    [Id]
    public string? ResourceId { get; set; }

    /// <summary>The project that EXPERIMENT, DATASET, PROMPT, FUNCTION, PLAYGROUND and LOGS are in.</summary>
    [Id]
    public string? ProjectId { get; set; }

    /// <summary>A label for people, up to 256 characters; no part of the identity.</summary>
    public string? Name { get; set; }

    public ResourceRef? In(Guid organization) => Type switch
    {
        ResourceType.Organization or ResourceType.Members or ResourceType.AuditLog or ResourceType.AllProjects => new ResourceRef(Type),
        ResourceType.Project => Local(ResourceId, NodeType.Project, organization, "resourceId") is { } project ? ResourceRef.Project(project) : null,
        ResourceType.PermissionGroup => Local(ResourceId, NodeType.PermissionGroup, organization, "resourceId") is { } group ? ResourceRef.Group(group) : null,
        _ => Local(ProjectId, NodeType.Project, organization, "projectId") is { } project ? new ResourceRef(Type, project, ResourceId) : null,
    };

    private static Guid? Local(string? id, NodeType type, Guid organization, string argument) => id is null ? null : GlobalId.Parse(id, argument).In(type, organization);
}

/// <summary>A right that is given to what is just being made.</summary>
public sealed class PermissionInput
{
    /// <summary>What it allows.</summary>
    public Permission Permission { get; set; }

    /// <summary>What it applies to.</summary>
    public ResourceInput Resource { get; set; } = null!;

    /// <summary>On PROJECT or ALL_PROJECTS: only for this kind of object inside.</summary>
    public ResourceType? RestrictTo { get; set; }
}

/// <summary>Reads what a client says a permission applies to.</summary>
internal static class ResourceInputs
{
    private const int MaxInnerId = 256;

    /// <summary>The resource, if the caller may know of it.</summary>
    public static (ResourceRef Resource, UserError? Error) Read(OrganizationSnapshot organization, Caller caller, ResourceInput input, params string[] path)
    {
        var resource = input.In(organization.OrganizationId);
        switch (input.Type)
        {
            case ResourceType.Organization or ResourceType.Members or ResourceType.AuditLog or ResourceType.AllProjects:
                return input.ResourceId is null && input.ProjectId is null
                    ? (resource!.Value, null)
                    : (default, new ValidationError($"{input.Type} is one for the whole organization: leave resourceId and projectId out.", path));
            case ResourceType.Project:
                return IsReadable(organization, caller, resource?.ObjectId) ? (resource!.Value, null) : (default, NotFoundError.Of("project", [.. path, "resourceId"]));
            case ResourceType.PermissionGroup:
                return resource is { ObjectId: { } group } && organization.Groups[group] is not null ? (resource.Value, null) : (default, NotFoundError.Of("permission group", [.. path, "resourceId"]));
            default:
                return !IsReadable(organization, caller, resource?.ObjectId) ? (default, NotFoundError.Of("project", [.. path, "projectId"]))
                    : resource!.Value.InnerId is { } inner && (inner.Length is 0 or > MaxInnerId || inner.Any(char.IsControl))
                        ? (default, new ValidationError($"resourceId is 1 to {MaxInnerId} characters without control characters.", [.. path, "resourceId"]))
                        : (resource.Value, null);
        }
    }

    /// <summary>Reads a whole permission: what it applies to, its restriction, and whether the two go together.</summary>
    public static (ResourceRef Resource, string? Name, UserError? Error) Read(
        OrganizationSnapshot organization, Caller caller, Permission permission, ResourceInput input, ResourceType? restrictTo, params string[] path)
    {
        var (resource, error) = Read(organization, caller, input, [.. path, "resource"]);
        error ??= CheckRestriction(resource, restrictTo, path) ?? CheckSecrets(permission, resource, restrictTo, path);
        string? name = null;
        error ??= string.IsNullOrWhiteSpace(input.Name) ? null : InputRules.Name(input.Name, "name", out name) is { } bad ? new ValidationError(bad.Message, [.. path, "resource", "name"]) : null;
        return (resource, name, error);
    }

    public static string[] PathOf(string list, int index) => [list, index.ToString(CultureInfo.InvariantCulture)];

    private static ValidationError? CheckRestriction(ResourceRef resource, ResourceType? restrictTo, string[] path) =>
        restrictTo is not { } kind ? null
        : resource.Type is not (ResourceType.Project or ResourceType.AllProjects) ? new ValidationError("restrictTo goes with PROJECT or ALL_PROJECTS.", [.. path, "restrictTo"])
        : kind.IsInsideProject() ? null
        : new ValidationError("restrictTo is a kind of object inside a project.", [.. path, "restrictTo"]);

    private static ValidationError? CheckSecrets(Permission permission, ResourceRef resource, ResourceType? restrictTo, string[] path) =>
        permission != Permission.ResolveSecrets || (restrictTo is null && resource.Type is ResourceType.Organization or ResourceType.AllProjects or ResourceType.Project)
            ? null
            : new ValidationError("RESOLVE_SECRETS is given on ORGANIZATION, ALL_PROJECTS or PROJECT as a whole.", [.. path, "permission"]);

    private static bool IsReadable(OrganizationSnapshot organization, Caller caller, Guid? project) =>
        project is { } id && organization.Projects[id] is not null && Policies.RightsOf(caller, organization).Can(Permission.Read, ResourceRef.Project(id));
}
