using GraphQL;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Invitations;

/// <summary>The invitation is not open.</summary>
[Name("InvitationInvalidError"), Implements(typeof(IUserError))]
public sealed class InvitationInvalidError(string message, InvitationStatus? status, params string[] path) : UserError(ErrorCode.InvitationInvalid, message, path)
{
    /// <summary>How far it has come; null: there is no such invitation.</summary>
    public InvitationStatus? Status { get; } = status;
}

/// <summary>The invitation is for another e-mail address than the verified one of who is signed in.</summary>
[Name("InvitationWrongIdentityError"), Implements(typeof(IUserError))]
public sealed class InvitationWrongIdentityError(string message, params string[] path) : UserError(ErrorCode.InvitationWrongIdentity, message, path);
