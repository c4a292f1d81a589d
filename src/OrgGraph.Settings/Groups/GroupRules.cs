using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Groups;

/// <summary>The rules that several mutations of groups share.</summary>
internal static class GroupRules
{
    public static ConflictError? NameTaken(OrganizationSnapshot organization, string name, Guid? except)
    {
        var normalized = InputRules.Normalize(name);
        return organization.Groups.All.Any(group => group.NormalizedName == normalized && group.Id != except)
            ? new ConflictError("A permission group of that name exists. Choose another one.", null, "name")
            : null;
    }

    /// <summary>Finds the group that an id names.</summary>
    public static PermissionGroupSnapshot? Find(OrganizationSnapshot organization, string id, string argument) =>
        GlobalId.Parse(id, argument).In(NodeType.PermissionGroup, organization.OrganizationId) is { } group ? organization.Groups[group] : null;

    /// <summary>Reads lists of principals and groups.</summary>
    public static (Guid[] Members, Guid[] Groups, UserError? Error) ReadMembers(OrganizationSnapshot organization, string[]? principalIds, string[]? memberGroupIds)
    {
        var (members, badMember) = InputRules.Ids(principalIds, NodeType.User, organization.OrganizationId, "principalIds", "member", id => organization.Members[id] is not null);
        var (groups, badGroup) = InputRules.Ids(
            memberGroupIds, NodeType.PermissionGroup, organization.OrganizationId, "memberGroupIds", "permission group", id => organization.Groups[id] is not null);
        return (members, groups, badMember ?? badGroup);
    }

    public static Refusal? AddMembers(Decision decision, Guid group, Guid[] members)
    {
        foreach (var id in members)
        {
            var member = decision.Changed().Members[id]!;
            if (!member.GroupIds.Contains(group))
            {
                MemberGroups.Set(decision, member, [.. member.GroupIds, group]);
            }
        }

        return null;
    }

    /// <summary>The refusal of groups that include themselves, or are nested too deep.</summary>
    public static Refusal? CheckNesting(Decision decision, SettingsLimits limits)
    {
        var groups = decision.Changed().Groups;
        var depths = new Dictionary<Guid, int>();
        foreach (var group in groups.All)
        {
            var depth = Depth(group.Id, [], depths, id => groups[id]?.MemberGroupIds ?? []);
            if (depth is null)
            {
                return new CycleError($"The group {group.Name} would include itself.", "memberGroupIds");
            }

            if (limits.GroupNesting > 0 && depth > limits.GroupNesting)
            {
                return new CycleError($"Groups may include groups at most {limits.GroupNesting} deep.", "memberGroupIds");
            }
        }

        return null;
    }

    // Null: the group reaches itself.
    private static int? Depth(Guid id, HashSet<Guid> above, Dictionary<Guid, int> known, Func<Guid, Guid[]> children)
    {
        if (known.TryGetValue(id, out var depth))
        {
            return depth;
        }

        if (!above.Add(id))
        {
            return null;
        }

        depth = 0;
        foreach (var child in children(id))
        {
            if (Depth(child, above, known, children) is not { } below)
            {
                return null;
            }

            depth = Math.Max(depth, below + 1);
        }

        above.Remove(id);
        return known[id] = depth;
    }
}

/// <summary>Gives a new organization its built-in groups, and its founder to the owners.</summary>
internal sealed class BuiltInGroups : IOrganizationFounding
{
    public void Found(Decision decision, Person founder)
    {
        Guid? owners = null;
        foreach (var (builtIn, description) in new[]
        {
            (BuiltInGroup.Owners, "May do everything."),
            (BuiltInGroup.Engineers, "May create, read, update and delete projects and everything in them."),
            (BuiltInGroup.Viewers, "May read projects and everything in them."),
        })
        {
            var id = decision.NewId();
            owners ??= id;
            decision.Put(PermissionGroupRow.Table, new PermissionGroupSnapshot(id, 0, builtIn.ToString(), description, builtIn, [], decision.Now).ToRow(decision.Before.OrganizationId));
        }

        MemberJoining.Join(decision, founder, [owners!.Value]);
    }
}
