using System.Text.Json;
using GraphQL;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Audit;

/// <summary>What somebody did, or tried to do. Entries are never changed.</summary>
[Name("AuditLogEntry"), Implements(typeof(INode))]
public sealed class AuditLogEntry : INode
{
    private readonly OrganizationSnapshot _organization;
    private readonly AuditRow _row;

    internal AuditLogEntry(OrganizationSnapshot organization, AuditRow row) => (_organization, _row) = (organization, row);

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.AuditLogEntry, _row.OrganizationId, AuditIds.Of(_row.Sequence)).ToString();

    /// <summary>The entry's place in the log: pass it as `after` to go on from here.</summary>
    public string Cursor => new AuditCursor(_row.OrganizationId, _row.Sequence).ToString();

    /// <summary>When it happened.</summary>
    public DateTimeOffset OccurredAt => _row.OccurredAt;

    /// <summary>Who did it; null when the server did, or they are gone or hidden from the reader.</summary>
    public IPrincipal? Actor(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), PrincipalRef.Parse(_row.Actor));

    /// <summary>The name of who did it, as it was then; "OrgGraph" for the server itself.</summary>
    public string ActorName => _row.ActorName;

    /// <summary>By what they were signed in; null for the server itself.</summary>
    public CredentialKind? Credential => _row.Credential is { } credential ? Enum.Parse<CredentialKind>(credential) : null;

    /// <summary>The beginning and the last four characters of the key or token; null for a session.</summary>
    public string? CredentialPreview => _row.CredentialPreview;

    /// <summary>What was done, e.g. apiKey.created: the kind of the event. Of what was refused or denied the name of the mutation.</summary>
    public string Action => _row.Action;

    /// <summary>What kind of thing it was done to, e.g. apiKey.</summary>
    public string ResourceType => _row.ResourceType;

    /// <summary>Which thing it was done to; null when it was none, or it is not known.</summary>
    [Id]
    public string? ResourceId => _row.ResourceId;

    /// <summary>What the thing was called then.</summary>
    public string? ResourceName => _row.ResourceName;

    /// <summary>Whether it was done.</summary>
    public AuditOutcome Outcome => _row.Outcome;

    /// <summary>What was changed, field by field. Never a secret: a changed secret shows as masked on both sides, as does what the reader may not see of the thing itself.</summary>
    public IEnumerable<FieldChange> Changes(IResolveFieldContext context)
    {
        var fields = context.RequestServices!.GetServices<IAuditedFields>().FirstOrDefault(one => one.ResourceType == _row.ResourceType);
        return JsonDocument.Parse(_row.Changes).RootElement.EnumerateArray()
            .Select(change => new FieldChange(change, fields?.CanSee(_organization, context.Caller(), _row.ProjectId, change.GetProperty("field").GetString()!) == false)).ToArray();
    }
}

/// <summary>A field that was changed.</summary>
public sealed class FieldChange(JsonElement change, bool isMasked)
{
    /// <summary>Which field.</summary>
    public string Field => change.GetProperty("field").GetString()!;

    /// <summary>The value before; null when there was none.</summary>
    public JsonText? Before => Value("before");

    /// <summary>The value after; null when there is none.</summary>
    public JsonText? After => Value("after");

    private JsonText? Value(string name) =>
        change.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? new JsonText(isMasked ? $"\"{AuditFacts.Masked}\"" : value.GetRawText()) : null;
}

/// <summary>A page of the audit log.</summary>
[Name("AuditLogEntryConnection")]
public sealed class AuditLogEntryConnection(Page<AuditLogEntry> page) : Connection<AuditLogEntry, AuditLogEntryEdge>(page);

/// <summary>An entry, and its place in the log.</summary>
[Name("AuditLogEntryEdge")]
public sealed class AuditLogEntryEdge : Edge<AuditLogEntry>;

/// <summary>Ids of entries: their sequence, in the form that all ids have.</summary>
internal static class AuditIds
{
    public static Guid Of(long sequence)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes[8..], sequence);
        return new Guid(bytes);
    }

    public static long? SequenceOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        var sequence = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
        return sequence > 0 && !bytes[..8].ContainsAnyExcept((byte)0) ? sequence : null;
    }
}
