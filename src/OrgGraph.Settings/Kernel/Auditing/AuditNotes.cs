using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>What the log says of an accepted decision: an entry for each event, with what changed of the rows that it is about.</summary>
internal sealed class AuditNotes(EventCatalog catalog)
{
    public IReadOnlyList<AuditNote> Of(Decision decision)
    {
        var changes = decision.Changes;
        if (changes.Events.Count == 0)
        {
            return changes.Notes;
        }

        var resources = changes.Events.ConvertAll(AuditResource.Of);
        var notes = new List<AuditNote>(changes.Notes);
        for (var i = 0; i < changes.Events.Count; i++)
        {
            if (changes.Events[i].IsLogged())
            {
                notes.Add(Of(decision, changes.Events[i], resources[i]));
            }
        }

        return notes;
    }

    private AuditNote Of(Decision decision, SettingsEvent happened, AuditResource resource)
    {
        var envelope = happened.Envelope;
        var kind = catalog.KindOf(happened);
        var type = kind[..kind.IndexOf('.', StringComparison.Ordinal)];
        var isForOwners = resource.IsForOwners || IsHidden(type);
        // Its own row; of an event about several things all of their kind. What no event tells stays untold: it may be hidden from who reads this.
        var own = resource.Id?.Id ?? (type == "organization" ? envelope.OrganizationId : null);
        var rows = decision.Changes.Rows.Where(change => own is { } id ? change.Row.Id == id && IsOf(change.Table, type) : IsOf(change.Table, type));
        var isOwn = envelope.Actor is not null && envelope.Actor == decision.Caller.Principal;
        return new AuditNote(
            envelope.OccurredAt,
            envelope.Actor,
            envelope.ActorName,
            isOwn ? decision.Caller.Credential : null,
            isOwn ? decision.Caller.Preview : null,
            kind,
            type,
            (resource.Id ?? (type == "organization" ? GlobalId.Organization(envelope.OrganizationId) : null))?.ToString(),
            envelope.SubjectName,
            AuditOutcome.Succeeded,
            Changes(decision, rows, isAboutOne: own is not null),
            isForOwners,
            resource.ProjectId);
    }

    private static string Changes(Decision decision, IEnumerable<(RowTable Table, SettingsRow Row)> rows, bool isAboutOne)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var (table, row) in rows)
            {
                var (before, after) = (decision.Before.Find(row.GetType(), row.Id), row.IsDeleted ? null : decision.Snapshot.Find(row.GetType(), row.Id));
                if (isAboutOne)
                {
                    AuditFacts.WriteFields(json, decision.Before.OrganizationId, before, after);
                }
                else
                {
                    AuditFacts.WriteWhole(json, JsonNamingPolicy.CamelCase.ConvertName(table.Name), decision.Before.OrganizationId, before, after);
                }
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // apiKey.created is about the table ApiKeys, organization.updated about OrganizationSettings.
    private static bool IsOf(RowTable table, string type) =>
        table.Name.StartsWith(type.EndsWith('y') ? type[..^1] : type, StringComparison.OrdinalIgnoreCase);

    private static bool IsHidden(string type) => type.StartsWith("serviceAccount", StringComparison.Ordinal) || type.StartsWith("serviceToken", StringComparison.Ordinal);
}

/// <summary>What an event is about, as far as the log must know.</summary>
/// <param name="IsForOwners">It tells of service accounts.</param>
internal readonly record struct AuditResource(GlobalId? Id, Guid? ProjectId, bool IsForOwners)
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, (MethodInfo? Id, PropertyInfo? Project)> Known = [];

    public static AuditResource Of(SettingsEvent happened)
    {
        var (id, project) = Known.GetOrAdd(happened.GetType(), Find);
        return new AuditResource(
            id?.Invoke(happened, null) is string text && GlobalId.TryParse(text, out var known) ? known : null,
            project?.GetValue(happened) as Guid?,
            happened.IsForOwners());
    }

    // The first id that an event tells by itself is what it is about.
    private static (MethodInfo? Id, PropertyInfo? Project) Find(Type type) => (
        type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.ReturnType == typeof(string) && method.GetParameters().Length == 0 && method.IsDefined(typeof(GraphQL.IdAttribute)))
            .MinBy(method => method.MetadataToken),
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(property => property.Name is "ProjectId" or "OfProject" && (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(Guid)));
}
