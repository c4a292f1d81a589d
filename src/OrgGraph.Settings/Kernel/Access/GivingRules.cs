using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Access;

/// <summary>
/// Who may give what, judged by effect: what the principals concerned could do before the decision, and what they can do after it,
/// whatever the route was.
/// </summary>
internal static class GivingRules
{
    /// <summary>The refusal of a decision that gives or takes what the caller may not, or leaves no owner.</summary>
    /// <param name="affected">Whose rights may have changed.</param>
    public static UserError? Check(Decision decision, IEnumerable<PrincipalRef> affected, params string[] path)
    {
        var giver = decision.CallerRights;
        var before = decision.Before.Access;
        var after = decision.Snapshot.Access;
        if (ReferenceEquals(before, after))
        {
            return null;
        }

        foreach (var principal in affected)
        {
            if (!MayGive(decision.Caller, giver, before.Of(principal), after.Of(principal)))
            {
                return new NotGrantableError(Reason(decision.Caller, giver), path);
            }
        }

        // Whoever was not named must not become an owner, or cease to be one, either.
        if (!giver.IsOwner && !before.Owners.SetEquals(after.Owners))
        {
            return new NotGrantableError(Reason(decision.Caller, giver), path);
        }

        return LastOwner(decision);
    }

    /// <summary>
    /// The refusal of nesting groups, or of taking them out, that gives to whoever is in them, or takes, what the caller may not. They are
    /// judged as if somebody were in them: who is invited into one joins later, and then only the inviter is judged.
    /// </summary>
    /// <param name="nested">The groups that are included in another one now, or no more.</param>
    public static UserError? CheckNested(Decision decision, IEnumerable<Guid> nested, params string[] path)
    {
        var before = decision.Before.Access;
        var after = decision.Snapshot.Access;
        return nested.SelectMany(group => before.Graph.WithDescendants(group).Concat(after.Graph.WithDescendants(group))).Distinct().All(group => MayGive(decision.Caller, decision.CallerRights, before.OfGroups([group]), after.OfGroups([group])))
            ? null
            : new NotGrantableError(Reason(decision.Caller, decision.CallerRights), path);
    }

    /// <summary>The refusal of a decision that leaves no person as owner. Service accounts do not count.</summary>
    public static LastOwnerError? LastOwner(Decision decision) =>
        decision.Snapshot.Access.Owners.Any(owner => owner.Kind == PrincipalKind.User) || !decision.Before.Access.Owners.Any(owner => owner.Kind == PrincipalKind.User)
            ? null
            : new LastOwnerError("The organization would be left without an owner. Make somebody else an owner first.");

    /// <summary>Whether the caller may change somebody's rights from one to the other.</summary>
    public static bool MayGive(Caller caller, EffectiveRights giver, EffectiveRights before, EffectiveRights after) =>
        MayGive(caller.Credential, giver, before, after);

    /// <summary>Whether a giver by that kind of credential may change somebody's rights from one to the other.</summary>
    public static bool MayGive(CredentialKind credential, EffectiveRights giver, EffectiveRights before, EffectiveRights after)
    {
        if (before.IsOwner != after.IsOwner && !giver.IsOwner)
        {
            return false;
        }

        var byKey = credential == CredentialKind.ApiKey;
        if (after.IsOwner && !before.IsOwner && byKey)
        {
            return false;
        }

        foreach (var (resource, gained) in after.GainedOver(before))
        {
            if (gained.Has(Permission.ResolveSecrets) && !giver.IsOwner)
            {
                return false;
            }

            if (byKey && MakesPermanent(resource, gained))
            {
                return false;
            }
        }

        return giver.IsOwner || giver.Can(Permission.ManageAccess, ResourceRef.Organization) || giver.CoversGain(before, after);
    }

    /// <summary>Whether the caller may put a newcomer into these groups.</summary>
    public static bool MayAssign(Caller caller, EffectiveRights giver, AccessIndex access, IReadOnlyList<Guid> groups) =>
        MayGive(caller, giver, EffectiveRights.None, access.OfGroups(groups));

    /// <summary>The refusal of a grant that the caller may not give: somebody else's right, or one on what the caller does not manage.</summary>
    public static NotGrantableError? CheckGrant(Decision decision, GrantFact grant, params string[] path) =>
        MayGrant(decision.Caller.Credential, decision.CallerRights, grant) ? null : new NotGrantableError(Reason(decision.Caller, decision.CallerRights), path);

    /// <summary>Whether a giver by that kind of credential may give this grant, whatever the grantee holds already.</summary>
    public static bool MayGrant(CredentialKind credential, EffectiveRights giver, GrantFact grant)
    {
        if (grant.Permission == Permission.ResolveSecrets)
        {
            return giver.IsOwner;
        }

        if (credential == CredentialKind.ApiKey && MakesPermanent(grant.Target, PermissionSets.Of(grant.Permission)))
        {
            return false;
        }

        return giver.IsOwner
            || giver.Can(Permission.ManageAccess, ResourceRef.Organization)
            || (giver.Can(Permission.ManageAccess, grant.Target) && giver.Can(grant.Permission, grant.Target));
    }

    // A stolen key must not be able to let others in, or to give them what lets them in.
    private static bool MakesPermanent(ResourceRef resource, PermissionSet gained) =>
        gained.Has(Permission.ManageAccess)
        || (resource.Type == ResourceType.Members && (gained & (PermissionSet.Create | PermissionSet.Delete | PermissionSet.Update)) != 0)
        || (resource.Type == ResourceType.Organization && gained.Has(Permission.Update));

    private static string Reason(Caller caller, EffectiveRights giver) => giver.IsOwner && caller.Credential == CredentialKind.ApiKey
        ? "By API key nobody is made an owner or given the management of members, access or settings. Sign in as a person."
        : "You may not give or take these rights. Only owners make or unmake owners; others give what they hold themselves.";
}
