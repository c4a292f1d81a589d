using GraphQL;

namespace OrgGraph.Settings.Kernel.Errors;

/// <summary>What kind of refusal it is, for programs.</summary>
public enum ErrorCode
{
    /// <summary>A value is malformed, too long, missing, or not allowed here.</summary>
    Validation,

    /// <summary>What an id in the input names does not exist in the organization, or the caller may not see it.</summary>
    NotFound,

    /// <summary>The name is taken, or expectedVersion is stale.</summary>
    Conflict,

    /// <summary>A limit of the server is reached.</summary>
    LimitReached,

    /// <summary>The caller may not give away this right.</summary>
    NotGrantable,

    /// <summary>The organization would be left without an owner.</summary>
    LastOwner,

    /// <summary>A member or invitation would be left without a group.</summary>
    GroupRequired,

    /// <summary>Built-in groups keep their name and rights, and stay.</summary>
    BuiltInImmutable,

    /// <summary>A group would contain itself.</summary>
    Cycle,

    /// <summary>The invitation is not open.</summary>
    InvitationInvalid,

    /// <summary>The invitation is for another e-mail address.</summary>
    InvitationWrongIdentity,

    /// <summary>An AI provider of the organization is needed first.</summary>
    ProviderRequired,

    /// <summary>Something still depends on it.</summary>
    InUse,

    /// <summary>The server manages it by itself.</summary>
    Managed,

    /// <summary>A service outside did not do its part.</summary>
    Upstream,
}

/// <summary>An expected refusal of a mutation. Nothing was changed.</summary>
[Name("UserError")]
public interface IUserError
{
    /// <summary>What kind of refusal it is, for programs.</summary>
    ErrorCode Code { get; }

    /// <summary>What is wrong and what to do, for people.</summary>
    string Message { get; }

    /// <summary>Which argument is meant, e.g. ["input", "emails", "2"]; ["input"] is the whole input.</summary>
    string[] Path { get; }
}

/// <summary>The common part of refusals.</summary>
public abstract class UserError(ErrorCode code, string message, string[] path) : IUserError
{
    /// <summary>What kind of refusal it is, for programs.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>What is wrong and what to do, for people.</summary>
    public string Message { get; } = message;

    /// <summary>Which argument is meant, e.g. ["input", "emails", "2"]; ["input"] is the whole input.</summary>
    public string[] Path { get; } = ["input", .. path];
}

/// <summary>A value is malformed, too long, missing, or not allowed here.</summary>
[Name("ValidationError"), Implements(typeof(IUserError))]
public sealed class ValidationError(string message, params string[] path) : UserError(ErrorCode.Validation, message, path);

/// <summary>What an id in the input names does not exist in the organization, or the caller may not see it.</summary>
[Name("NotFoundError"), Implements(typeof(IUserError))]
public sealed class NotFoundError(string message, params string[] path) : UserError(ErrorCode.NotFound, message, path)
{
    internal static NotFoundError Of(string what, params string[] path) => new($"There is no such {what} in this organization.", path);
}

/// <summary>The name is taken, or expectedVersion is stale.</summary>
[Name("ConflictError"), Implements(typeof(IUserError))]
public sealed class ConflictError(string message, int? currentVersion, params string[] path) : UserError(ErrorCode.Conflict, message, path)
{
    /// <summary>The version as it stands, when expectedVersion was stale; null when a name is taken.</summary>
    public int? CurrentVersion { get; } = currentVersion;

    /// <summary>The refusal for a stale expectedVersion, or null when it is current or was not given.</summary>
    internal static ConflictError? IfStale(int? expected, int current) => expected is null || expected == current
        ? null
        : new ConflictError($"It was changed meanwhile: you saw version {expected}, it is at {current}. Read it again, then decide.", current, "expectedVersion");
}

/// <summary>A limit of the server is reached.</summary>
[Name("LimitReachedError"), Implements(typeof(IUserError))]
public sealed class LimitReachedError(string message, int limit, params string[] path) : UserError(ErrorCode.LimitReached, message, path)
{
    /// <summary>The limit.</summary>
    public int Limit { get; } = limit;
}

/// <summary>The caller may not give away this right; only owners make owners.</summary>
[Name("NotGrantableError"), Implements(typeof(IUserError))]
public sealed class NotGrantableError(string message, params string[] path) : UserError(ErrorCode.NotGrantable, message, path);

/// <summary>The organization would be left without an owner. Make somebody else an owner first.</summary>
[Name("LastOwnerError"), Implements(typeof(IUserError))]
public sealed class LastOwnerError(string message, params string[] path) : UserError(ErrorCode.LastOwner, message, path);

/// <summary>Every member and invitation keeps at least one group.</summary>
[Name("GroupRequiredError"), Implements(typeof(IUserError))]
public sealed class GroupRequiredError(string message, params string[] path) : UserError(ErrorCode.GroupRequired, message, path);

/// <summary>Built-in groups keep their name and rights, and stay.</summary>
[Name("BuiltInImmutableError"), Implements(typeof(IUserError))]
public sealed class BuiltInImmutableError(string message, params string[] path) : UserError(ErrorCode.BuiltInImmutable, message, path);

/// <summary>A group would contain itself, directly or through others, or groups would be nested too deep.</summary>
[Name("CycleError"), Implements(typeof(IUserError))]
public sealed class CycleError(string message, params string[] path) : UserError(ErrorCode.Cycle, message, path);

/// <summary>An AI provider of the organization is needed first.</summary>
[Name("ProviderRequiredError"), Implements(typeof(IUserError))]
public sealed class ProviderRequiredError(string message, params string[] path) : UserError(ErrorCode.ProviderRequired, message, path);

/// <summary>Something still depends on it.</summary>
[Name("InUseError"), Implements(typeof(IUserError))]
public sealed class InUseError(string message, string[] usedBy, params string[] path) : UserError(ErrorCode.InUse, message, path)
{
    /// <summary>What depends on it, by name.</summary>
    public string[] UsedBy { get; } = usedBy;
}

/// <summary>Who manages something.</summary>
public enum ManagedBy
{
    /// <summary>The organization's owners.</summary>
    Owners,

    /// <summary>The server itself, for the data plane.</summary>
    DataPlane,
}

/// <summary>The server manages it by itself.</summary>
[Name("ManagedError"), Implements(typeof(IUserError))]
public sealed class ManagedError(string message, ManagedBy managedBy, params string[] path) : UserError(ErrorCode.Managed, message, path)
{
    /// <summary>Who manages it.</summary>
    public ManagedBy ManagedBy { get; } = managedBy;
}

/// <summary>A service outside did not do its part.</summary>
[Name("UpstreamError"), Implements(typeof(IUserError))]
public sealed class UpstreamError(string message, int? httpStatus, params string[] path) : UserError(ErrorCode.Upstream, message, path)
{
    /// <summary>The HTTP status of its answer; null when there was none.</summary>
    public int? HttpStatus { get; } = httpStatus;
}
