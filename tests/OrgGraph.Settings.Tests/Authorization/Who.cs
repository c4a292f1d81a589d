namespace OrgGraph.Settings.Tests.Authorization;

/// <summary>The columns of the matrix.</summary>
public enum Who
{
    Anonymous,
    Outsider,
    Viewer,
    Engineer,
    Owner,
    ViewerKey,
    OwnerKey,
    ServiceToken,
    OwnerToken,
    ResolverToken,
    RevokedKey,
}

/// <summary>
/// Who holds which policy in the demo organization: written down by hand, on purpose apart from the code that works it out. The engineer is
/// a release manager, who may change the organization's settings and, through the auditors, read the audit log.
/// </summary>
internal static class Held
{
    private static readonly Who[] People = [Who.Outsider, Who.Viewer, Who.Engineer, Who.Owner];
    private static readonly Who[] Members = [Who.Viewer, Who.Engineer, Who.Owner, Who.ViewerKey, Who.OwnerKey, Who.ServiceToken, Who.OwnerToken, Who.ResolverToken];
    private static readonly Who[] Editors = [Who.Engineer, Who.Owner, Who.OwnerKey, Who.OwnerToken];
    private static readonly Who[] Owners = [Who.Owner, Who.OwnerKey, Who.OwnerToken];

    private static readonly Dictionary<string, Who[]> ByPolicy = new()
    {
        ["AUTHENTICATED"] = [Who.Outsider, .. Members],
        ["SESSION"] = People,
        ["SESSION_OR_SERVICE_TOKEN"] = [.. People, Who.ServiceToken, Who.OwnerToken, Who.ResolverToken],
        ["MEMBER"] = Members,
        ["OWNER"] = Owners,
        ["MANAGE_SETTINGS"] = Editors,
        ["INVITE_MEMBERS"] = Owners,
        ["REMOVE_MEMBERS"] = Owners,
        ["MANAGE_ACCESS"] = Owners,
        ["READ_AUDIT_LOG"] = Editors,
        ["CREATE_PROJECTS"] = Editors,
        ["READ_PROJECT"] = Members,
        ["UPDATE_PROJECT"] = Editors,
        ["DELETE_PROJECT"] = Editors,
        ["MANAGE_AI_PROVIDERS"] = Editors,
        ["MANAGE_ENVIRONMENT_VARIABLES"] = Editors,
        ["RESOLVE_SECRETS"] = [Who.ResolverToken],
    };

    private static readonly string[] AboutTheCredential = ["AUTHENTICATED", "SESSION", "SESSION_OR_SERVICE_TOKEN"];

    /// <summary>The code of the refusal; null: allowed. The reason that is told is the first of: nobody, the wrong kind of credential, no right.</summary>
    /// <param name="isForeign">Asked about another organization, to which of the callers only its maker belongs.</param>
    public static string? Refusal(Who who, IReadOnlyCollection<string> policies, bool isForeign)
    {
        if (who == Who.RevokedKey || (who == Who.Anonymous && policies.Count > 0))
        {
            return "AUTH_NOT_AUTHENTICATED";
        }

        var missing = policies.Where(policy => !(ByPolicy[policy].Contains(who) && (!isForeign || AboutTheCredential.Contains(policy)))).ToArray();
        return missing.Length == 0 ? null : missing.Intersect(AboutTheCredential).Any() ? "AUTH_SESSION_REQUIRED" : "AUTH_NOT_AUTHORIZED";
    }

    public static bool IsMember(Who who) => Members.Contains(who);
}
