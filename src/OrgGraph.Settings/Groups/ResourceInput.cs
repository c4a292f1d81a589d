using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Groups;

/// <summary>What a permission applies to.</summary>
public sealed class ResourceInput
{
    /// <summary>What kind of thing.</summary>
    public ResourceType Type { get; set; }

    /// <summary>For PROJECT and PERMISSION_GROUP its id. For a kind inside a project the platform's own id of one object; left out, all of that kind.</summary>
    [Id]
    public string? ResourceId { get; set; }

    /// <summary>The project that EXPERIMENT, DATASET, PROMPT, FUNCTION, PLAYGROUND and LOGS are in.</summary>
    [Id]
    public string? ProjectId { get; set; }

    /// <summary>A label for people; no part of the identity.</summary>
    public string? Name { get; set; }
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

    public static (ResourceRef Resource, UserError? Error) Read(OrganizationSnapshot organization, Caller caller, ResourceInput input, params string[] path)
    {
        var id = organization.OrganizationId;
        switch (input.Type)
        {
            case ResourceType.Organization or ResourceType.Members or ResourceType.AuditLog or ResourceType.AllProjects:
                return input.ResourceId is null && input.ProjectId is null
                    ? (new ResourceRef(input.Type), null)
                    : (default, new ValidationError($"{input.Type} is one for the whole organization: leave resourceId and projectId out.", path));
            case ResourceType.Project:
                return input.ResourceId is { } given && ReadableProject(organization, caller, given, "resourceId") is { } project
                    ? (ResourceRef.Project(project), null)
                    : (default, NotFoundError.Of("project", [.. path, "resourceId"]));
            case ResourceType.PermissionGroup:
                return input.ResourceId is { } text && GlobalId.Parse(text, "resourceId").In(NodeType.PermissionGroup, id) is { } group && organization.Groups[group] is not null
                    ? (ResourceRef.Group(group), null)
                    : (default, NotFoundError.Of("permission group", [.. path, "resourceId"]));
            default:
                return Inside(organization, caller, input, path);
        }
    }

    public static UserError? CheckRestriction(ResourceRef resource, ResourceType? restrictTo, params string[] path) =>
        restrictTo is null ? null
        : resource.Type is not (ResourceType.Project or ResourceType.AllProjects) ? new ValidationError("restrictTo goes with PROJECT or ALL_PROJECTS.", [.. path, "restrictTo"])
        : restrictTo is ResourceType.Experiment or ResourceType.Dataset or ResourceType.Prompt or ResourceType.Function or ResourceType.Playground or ResourceType.Logs ? null
        : new ValidationError("restrictTo is a kind of object inside a project.", [.. path, "restrictTo"]);

    private static (ResourceRef Resource, UserError? Error) Inside(OrganizationSnapshot organization, Caller caller, ResourceInput input, string[] path)
    {
        if (input.ProjectId is not { } given || ReadableProject(organization, caller, given, "projectId") is not { } project)
        {
            return (default, NotFoundError.Of("project", [.. path, "projectId"]));
        }

        return input.ResourceId is { } inner && (inner.Length is 0 or > MaxInnerId || inner.Any(char.IsControl))
            ? (default, new ValidationError($"resourceId is 1 to {MaxInnerId} characters without control characters.", [.. path, "resourceId"]))
            : (new ResourceRef(input.Type, project, input.ResourceId), null);
    }

    private static Guid? ReadableProject(OrganizationSnapshot organization, Caller caller, string id, string argument) =>
        GlobalId.Parse(id, argument).In(NodeType.Project, organization.OrganizationId) is { } project
        && organization.Projects[project] is not null
        && Policies.RightsOf(caller, organization).Can(Permission.Read, ResourceRef.Project(project))
            ? project
            : null;
}
