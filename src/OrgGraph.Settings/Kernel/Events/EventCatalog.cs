using System.Reflection;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>Turns events into log rows and back.</summary>
public sealed class EventCatalog
{
    private readonly Dictionary<string, (Type Type, int SchemaVersion)> _byKind = [];
    private readonly Dictionary<Type, EventKindAttribute> _byType = [];

    public EventCatalog(IEnumerable<Type> eventTypes)
    {
        foreach (var type in eventTypes)
        {
            if (type.GetCustomAttribute<EventKindAttribute>() is { } kind)
            {
                _byKind.Add(kind.Kind, (type, kind.SchemaVersion));
                _byType.Add(type, kind);
            }
        }
    }

    public string KindOf(SettingsEvent happened) => _byType[happened.GetType()].Kind;

    internal EventRow ToRow(SettingsEvent happened, Guid appendId)
    {
        var envelope = happened.Envelope;
        var kind = _byType[happened.GetType()];
        return new EventRow
        {
            OrganizationId = envelope.OrganizationId,
            Version = envelope.Version,
            EventIndex = envelope.Index,
            Kind = kind.Kind,
            SchemaVersion = kind.SchemaVersion,
            OccurredAt = envelope.OccurredAt,
            Actor = envelope.Actor?.ToString(),
            ActorName = envelope.ActorName,
            SubjectName = envelope.SubjectName,
            Payload = JsonSerializer.Serialize(happened, happened.GetType()),
            AppendId = appendId,
        };
    }

    /// <summary>The event of a row; null when a newer release wrote a kind that this one does not know: the reader then resets its stream.</summary>
    internal SettingsEvent? FromRow(EventRow row, int epoch)
    {
        if (!_byKind.TryGetValue(row.Kind, out var known) || known.SchemaVersion < row.SchemaVersion)
        {
            return null;
        }

        var happened = (SettingsEvent)JsonSerializer.Deserialize(row.Payload, known.Type)!;
        happened.Envelope = new EventEnvelope(
            row.OrganizationId, epoch, row.Version, row.EventIndex, row.OccurredAt, PrincipalRef.Parse(row.Actor), row.ActorName, row.SubjectName);
        return happened;
    }
}
