using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>The kinds of things that have a global id. The numbers are part of ids that clients keep: never reuse one.</summary>
public enum NodeType : byte
{
    User = 1,
    Organization = 2,
    Member = 3,
    Invitation = 4,
    PermissionGroup = 5,
    Grant = 6,
    ApiKey = 7,
    ServiceAccount = 8,
    ServiceToken = 9,
    Project = 10,
    AiProvider = 11,
    SlackIntegration = 12,
    SlackAlert = 13,
    EnvironmentVariable = 14,
    Environment = 15,
    EnvironmentAssignment = 16,
    AuditLogEntry = 17,
}

/// <summary>
/// An opaque id that is unique over everything. Ids of things inside an organization carry the organization, so that one look tells
/// which snapshot and which rights apply, and a foreign id is refused like an unknown one, without a database call.
/// </summary>
public readonly record struct GlobalId(NodeType Type, Guid? OrganizationId, Guid Id)
{
    private const int InsideLength = 33;
    private const int OutsideLength = 17;

    public static GlobalId User(Guid id) => new(NodeType.User, null, id);

    public static GlobalId Organization(Guid id) => new(NodeType.Organization, null, id);

    /// <summary>The organization that the id belongs to, or is.</summary>
    public Guid? Organized => Type == NodeType.Organization ? Id : OrganizationId;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[InsideLength];
        bytes[0] = (byte)Type;
        var length = 1;
        if (OrganizationId is { } organization)
        {
            organization.TryWriteBytes(bytes[length..]);
            length += 16;
        }

        Id.TryWriteBytes(bytes[length..]);
        return Base64Url.EncodeToString(bytes[..(length + 16)]);
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out GlobalId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[InsideLength + 2];
        if (text is null || text.Length > 44 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length))
        {
            return false;
        }

        var type = (NodeType)bytes[0];
        var isOutside = type is NodeType.User or NodeType.Organization;
        if (length != (isOutside ? OutsideLength : InsideLength) || !Enum.IsDefined(type))
        {
            return false;
        }

        id = isOutside ? new GlobalId(type, null, new Guid(bytes[1..17])) : new GlobalId(type, new Guid(bytes[1..17]), new Guid(bytes[17..33]));
        return true;
    }

    /// <summary>Reads an id that a client sent.</summary>
    /// <exception cref="RequestFault">BAD_USER_INPUT: it cannot be decoded.</exception>
    public static GlobalId Parse(string? text, string argument) => TryParse(text, out var id)
        ? id
        : throw RequestFault.BadInput($"The value of {argument} is not an id. Pass an id as this server gave it.");

    /// <summary>The local id when this is of that type and organization; null otherwise, so that it counts as unknown.</summary>
    public Guid? In(NodeType type, Guid organization) => Type == type && (OrganizationId ?? organization) == organization ? Id : null;
}
