using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Grants;

/// <summary>The door by which grants come and go, whatever the mutation: rows, and one event for all of them.</summary>
internal static class GrantDoor
{
    public static void Change(Decision decision, IReadOnlyCollection<GrantSnapshot> gone, IReadOnlyCollection<GrantSnapshot> come)
    {
        if (gone.Count + come.Count == 0)
        {
            return;
        }

        var id = decision.Before.OrganizationId;
        var name = Names(decision, [.. come.Concat(gone).Select(grant => grant.Fact)]);
        decision.RemoveAll(GrantRow.Table, [.. gone.Select(grant => grant.ToRow(id))]);
        foreach (var grant in come)
        {
            decision.Put(GrantRow.Table, grant.ToRow(id));
        }

        decision.Raise(new GrantsChanged([.. come.Select(GrantMark.Of)], [.. gone.Select(GrantMark.Of)]), name);
    }

    /// <summary>Takes away all grants that match.</summary>
    /// <returns>How many.</returns>
    public static int TakeAll(Decision decision, Func<GrantFact, bool> matches)
    {
        var gone = decision.Changed().Grants.All.Where(grant => matches(grant.Fact)).ToList();
        Change(decision, gone, []);
        return gone.Count;
    }

    /// <summary>Gives rights to what is just being made.</summary>
    /// <returns>The refusal of permissions that make no sense, or of too many.</returns>
    public static UserError? Give(Decision decision, SettingsLimits limits, GranteeKind kind, Guid grantee, PermissionInput[]? permissions)
    {
        var organization = decision.Organization();
        if (permissions is not { Length: > 0 })
        {
            return null;
        }

        if (permissions.Length > 100)
        {
            return new ValidationError("A list holds at most 100 permissions.", "permissions");
        }

        if (Full(organization, limits, permissions.Length, "permissions") is { } full)
        {
            return full;
        }

        var come = new List<GrantSnapshot>();
        for (var i = 0; i < permissions.Length; i++)
        {
            var path = ResourceInputs.PathOf("permissions", i);
            var given = permissions[i];
            var (resource, name, error) = ResourceInputs.Read(organization, decision.Caller, given.Permission, given.Resource, given.RestrictTo, path);
            var fact = new GrantFact(decision.NewId(), kind, grantee, given.Permission, resource, given.RestrictTo);
            error ??= CheckSecrets(decision, fact, path);
            error ??= come.Exists(other => other.Fact.SaysSameAs(fact)) ? new ValidationError("The same permission is named twice.", path) : null;
            if (error is not null)
            {
                return error;
            }

            come.Add(new GrantSnapshot(fact.Id, 0, fact, name, decision.Now, decision.Caller.Principal));
        }

        Change(decision, [], come);
        return null;
    }

    /// <summary>The refusal of reading secrets for others than service accounts, or by others than owners.</summary>
    public static NotGrantableError? CheckSecrets(Decision decision, GrantFact grant, string[] path) =>
        grant.Permission != Permission.ResolveSecrets ? null
        : !grant.Counts ? new NotGrantableError("RESOLVE_SECRETS is given to service accounts only, not to people or groups.", path)
        : GivingRules.CheckGrant(decision, grant, path);

    public static LimitReachedError? Full(OrganizationSnapshot organization, SettingsLimits limits, int more, string path) =>
        more > 0 && limits.Grants > 0 && organization.Grants.Count + more > limits.Grants
            ? new LimitReachedError($"An organization holds at most {limits.Grants} grants.", limits.Grants, path)
            : null;

    // Whom it is about. An account is named only where nobody else is concerned: then only who may see accounts is told.
    private static string Names(Decision decision, IReadOnlyCollection<GrantFact> facts)
    {
        var (now, before) = (decision.Changed(), decision.Organization());
        var shown = facts.Where(fact => fact.GranteeKind != GranteeKind.ServiceAccount).DefaultIfEmpty(facts.First()).DistinctBy(fact => fact.GranteeId).ToList();
        var names = shown.Take(3).Select(fact => fact.GranteeKind switch
        {
            GranteeKind.User => (now.Members[fact.GranteeId] ?? before.Members[fact.GranteeId])?.DisplayName,
            GranteeKind.ServiceAccount => (now.ServiceAccounts[fact.GranteeId] ?? before.ServiceAccounts[fact.GranteeId])?.Name,
            _ => (now.Groups[fact.GranteeId] ?? before.Groups[fact.GranteeId])?.Name,
        });
        return string.Join(", ", names) + (shown.Count > 3 ? ", ..." : "");
    }
}

/// <summary>Grants on a project, and on what is in it, go with it.</summary>
internal sealed class ProjectGrants : IProjectContent
{
    public void Delete(Decision decision, Guid project, DeletedContent counts) =>
        counts.Grants += GrantDoor.TakeAll(decision, fact => fact.Resource.Type != ResourceType.PermissionGroup && fact.Resource.ObjectId == project);
}

/// <summary>Who leaves keeps no grant: coming back later must not bring old rights back.</summary>
internal sealed class MemberGrants : IMemberDeparture
{
    public int Depart(Decision decision, MemberSnapshot member)
    {
        GrantDoor.TakeAll(decision, fact => fact.GranteeKind == GranteeKind.User && fact.GranteeId == member.Id);
        return 0;
    }
}
