namespace OrgGraph.Settings.Kernel.Access;

/// <summary>A condition on who may use a field. All of several conditions must hold.</summary>
public enum Policy
{
    /// <summary>Any principal: a person by session or API key, or a service account.</summary>
    Authenticated,

    /// <summary>A person who signed in interactively: not an API key, not a service token.</summary>
    Session,

    /// <summary>Not an API key: a stolen key must not be able to make itself permanent.</summary>
    SessionOrServiceToken,

    /// <summary>Belongs to the organization. A service account does too.</summary>
    Member,

    /// <summary>Is in the organization's Owners group, directly or through nesting.</summary>
    Owner,

    /// <summary>Holds UPDATE on ORGANIZATION.</summary>
    ManageSettings,

    /// <summary>Holds CREATE on MEMBERS.</summary>
    InviteMembers,

    /// <summary>Holds DELETE on MEMBERS.</summary>
    RemoveMembers,

    /// <summary>Holds MANAGE_ACCESS on ORGANIZATION, or on the object concerned.</summary>
    ManageAccess,

    /// <summary>Holds READ on AUDIT_LOG.</summary>
    ReadAuditLog,

    /// <summary>Holds CREATE on ALL_PROJECTS.</summary>
    CreateProjects,

    /// <summary>Holds READ on the project.</summary>
    ReadProject,

    /// <summary>Holds UPDATE on the project.</summary>
    UpdateProject,

    /// <summary>Holds DELETE on the project.</summary>
    DeleteProject,

    /// <summary>Holds UPDATE on the project that is named, or UPDATE on ORGANIZATION when none is.</summary>
    ManageAiProviders,

    /// <summary>Holds UPDATE on the project that is named, or UPDATE on ORGANIZATION when none is.</summary>
    ManageEnvironmentVariables,

    /// <summary>A service account that was given RESOLVE_SECRETS on the organization or the project. Nobody holds it by being an owner.</summary>
    ResolveSecrets,
}
