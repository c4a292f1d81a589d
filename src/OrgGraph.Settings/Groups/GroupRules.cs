using System.Globalization;
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

    /// <summary>Reads lists of principals and groups: at most 100 each, none twice, nobody whom the caller does not know of.</summary>
    public static (PrincipalRef[] Members, Guid[] Groups, UserError? Error) ReadMembers(Decision decision, string[]? principalIds, string[]? memberGroupIds)
    {
        var organization = decision.Organization();
        var (members, badMember) = ReadPrincipals(organization, decision.Caller, principalIds ?? []);
        var (groups, badGroup) = InputRules.Ids(
            memberGroupIds, NodeType.PermissionGroup, organization.OrganizationId, "memberGroupIds", "permission group", id => organization.Groups[id] is not null);
        return (members, groups, badMember ?? badGroup);
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

    private static (PrincipalRef[] Principals, UserError? Error) ReadPrincipals(OrganizationSnapshot organization, Caller caller, string[] ids)
    {
        if (ids.Length > 100)
        {
            return ([], new ValidationError("A list holds at most 100 ids.", "principalIds"));
        }

        var found = new List<PrincipalRef>();
        for (var i = 0; i < ids.Length; i++)
        {
            string[] path = ["principalIds", i.ToString(CultureInfo.InvariantCulture)];
            var id = GlobalId.Parse(ids[i], "principalIds");
            var principal = id.Type switch
            {
                NodeType.User => PrincipalRef.User(id.Id),
                NodeType.ServiceAccount when id.OrganizationId == organization.OrganizationId => PrincipalRef.ServiceAccount(id.Id),
                _ => default,
            };
            if (!organization.CanSee(caller, principal))
            {
                return ([], NotFoundError.Of("member or service account", path));
            }

            if (found.Contains(principal))
            {
                return ([], new ValidationError("The same member or service account is named twice.", path));
            }

            if (principal.Kind == PrincipalKind.ServiceAccount && organization.ServiceAccounts[principal.Id] is { ManagedBy: not ManagedBy.Owners } managed)
            {
                return ([], new ManagedError("The server manages this service account's groups by itself.", managed.ManagedBy, path));
            }

            found.Add(principal);
        }

        return ([.. found], null);
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

/// <summary>Service accounts, as far as groups concern them: their own area changes them.</summary>
internal interface IGroupAccounts
{
    /// <summary>Puts the account into exactly these groups.</summary>
    void SetGroups(Decision decision, Guid account, Guid[] groups);
}

/// <summary>The door by which principals come into a group and leave it, be they people or service accounts.</summary>
internal sealed class GroupPrincipals(IGroupAccounts accounts)
{
    public void Add(Decision decision, Guid group, IEnumerable<PrincipalRef> principals)
    {
        foreach (var principal in principals)
        {
            Set(decision, principal, [.. decision.Snapshot.Access.DirectGroups(principal), group]);
        }
    }

    public void Remove(Decision decision, Guid group, IEnumerable<PrincipalRef> principals)
    {
        foreach (var principal in principals)
        {
            Set(decision, principal, [.. decision.Snapshot.Access.DirectGroups(principal).Where(other => other != group)]);
        }
    }

    private void Set(Decision decision, PrincipalRef principal, Guid[] groups)
    {
        if (principal.Kind == PrincipalKind.User)
        {
            MemberGroups.Set(decision, decision.Changed().Members[principal.Id]!, groups);
        }
        else
        {
            accounts.SetGroups(decision, principal.Id, groups);
        }
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
