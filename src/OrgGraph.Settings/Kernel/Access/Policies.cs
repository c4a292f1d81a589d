using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Access;

/// <summary>How a policy check ends. Ordered: the earlier reason is the one that is told.</summary>
public enum Verdict
{
    NotAuthenticated,
    SessionRequired,
    NotAuthorized,
    Allowed,
}

/// <summary>
/// The access rules. The directive asks at the door, the writer asks again on the snapshot on which it decides, and the dispatcher asks
/// for every event.
/// </summary>
public static class Policies
{
    /// <summary>Whether all policies hold. Anything that cannot be judged is refused.</summary>
    /// <param name="snapshot">The organization's; null when there is none, or it is foreign.</param>
    public static Verdict Check(IReadOnlyList<Policy> policies, Caller caller, Snapshot? snapshot, Scope scope, DateTimeOffset now)
    {
        if (policies.Count == 0)
        {
            return Verdict.Allowed;
        }

        if (caller.Principal is not { } principal || caller.ExpiresAt <= now)
        {
            return Verdict.NotAuthenticated;
        }

        if (snapshot is not null && snapshot.OrganizationId == caller.OrganizationId && !snapshot.IsCredentialGood(caller, now))
        {
            return Verdict.NotAuthenticated;
        }

        var verdict = Verdict.Allowed;
        foreach (var policy in policies)
        {
            var next = Check(policy, caller, principal, snapshot, scope);
            verdict = next < verdict ? next : verdict;
        }

        return verdict;
    }

    /// <summary>What the caller may do in the organization: nothing where its credential does not act.</summary>
    public static EffectiveRights RightsOf(Caller caller, Snapshot? snapshot) =>
        snapshot is { IsArchived: false, Version: > 0 } && caller.Principal is { } principal && caller.ActsIn(snapshot.OrganizationId)
            ? snapshot.Access.Of(principal)
            : EffectiveRights.None;

    private static Verdict Check(Policy policy, Caller caller, PrincipalRef principal, Snapshot? snapshot, Scope scope)
    {
        switch (policy)
        {
            case Policy.Authenticated:
                return Verdict.Allowed;
            case Policy.Session:
                return caller.Credential == CredentialKind.Session ? Verdict.Allowed : Verdict.SessionRequired;
            case Policy.SessionOrServiceToken:
                return caller.Credential != CredentialKind.ApiKey ? Verdict.Allowed : Verdict.SessionRequired;
            default:
                var rights = RightsOf(caller, snapshot);
                return rights.IsMember && Holds(policy, principal, rights, snapshot!, scope) ? Verdict.Allowed : Verdict.NotAuthorized;
        }
    }

    private static bool Holds(Policy policy, PrincipalRef principal, EffectiveRights rights, Snapshot snapshot, Scope scope) => policy switch
    {
        Policy.Member => true,
        Policy.Owner => rights.IsOwner,
        Policy.ManageSettings => rights.Can(Permission.Update, ResourceRef.Organization),
        Policy.InviteMembers => rights.Can(Permission.Create, ResourceRef.Members),
        Policy.RemoveMembers => rights.Can(Permission.Delete, ResourceRef.Members),
        Policy.ManageAccess => rights.Can(Permission.ManageAccess, ResourceRef.Organization)
            || (scope.Resource is { } resource && rights.Can(Permission.ManageAccess, resource))
            || (scope.ResourcesIn?.Invoke(snapshot).Any(one => rights.Can(Permission.ManageAccess, one)) ?? false),
        Policy.ReadAuditLog => rights.Can(Permission.Read, ResourceRef.AuditLog),
        Policy.CreateProjects => rights.Can(Permission.Create, ResourceRef.AllProjects),
        Policy.ReadProject => OnProject(Permission.Read, rights, snapshot, scope),
        Policy.UpdateProject => OnProject(Permission.Update, rights, snapshot, scope),
        Policy.DeleteProject => OnProject(Permission.Delete, rights, snapshot, scope),
        Policy.ManageAiProviders or Policy.ManageEnvironmentVariables => scope.Project(snapshot) is null
            ? rights.Can(Permission.Update, ResourceRef.Organization)
            : OnProject(Permission.Update, rights, snapshot, scope),
        Policy.ResolveSecrets => principal.Kind == PrincipalKind.ServiceAccount && rights.CanResolveSecrets(scope.Project(snapshot)),
        _ => false,
    };

    // A project that the caller may not read counts as unknown, and an unknown one is answered by the decision with NotFoundError: so both
    // pass here for a right to change. The decision looks projects up by ReadableProject alone, which finds neither.
    private static bool OnProject(Permission permission, EffectiveRights rights, Snapshot snapshot, Scope scope)
    {
        if (scope.Project(snapshot) is not { } project || !snapshot.HasProject(project) || !rights.Can(Permission.Read, ResourceRef.Project(project)))
        {
            return permission != Permission.Read;
        }

        return rights.Can(permission, ResourceRef.Project(project));
    }
}
