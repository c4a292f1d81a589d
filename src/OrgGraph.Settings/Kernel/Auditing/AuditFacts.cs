using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>
/// What the log tells of an entity: the fields of its record in the snapshot, which holds no secrets and no hashes. That a secret was
/// changed shows, as what is masked on both sides.
/// </summary>
internal static class AuditFacts
{
    public const string Masked = "********";
    private const string False = "false";
    private static readonly ConcurrentDictionary<Type, (PropertyInfo Property, string Field)[]> Properties = [];
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) } };

    // How the server keeps a thing, which says nothing to who reads the log.
    private static readonly HashSet<string> Unsaid = ["Id", "Version", "EqualityContract", "PepperId", "SendNumber", "SecretNumber", "AttemptNumber", "RefreshNumber", "PersonCreatedAt"];

    /// <summary>The differences as the changes of an entry: of a new entity what is set, of one that is gone what was.</summary>
    public static void WriteFields(Utf8JsonWriter json, Guid organizationId, object? before, object? after)
    {
        var (old, now) = (Read(organizationId, before), Read(organizationId, after));
        foreach (var field in old.Count == 0 ? now.Keys : old.Keys.Union(now.Keys))
        {
            var (was, becomes) = (old.GetValueOrDefault(field), now.GetValueOrDefault(field));
            if (was == becomes || ((before is null || after is null) && (was ?? becomes) == False))
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteString("field", field);
            Write(json, "before", field, was);
            Write(json, "after", field, becomes);
            json.WriteEndObject();
        }
    }

    /// <summary>One change for the whole entity: of a change that is about several of them.</summary>
    public static void WriteWhole(Utf8JsonWriter json, string field, Guid organizationId, object? before, object? after)
    {
        json.WriteStartObject();
        json.WriteString("field", field);
        WriteWhole(json, "before", Read(organizationId, before));
        WriteWhole(json, "after", Read(organizationId, after));
        json.WriteEndObject();
    }

    private static void WriteWhole(Utf8JsonWriter json, string name, Dictionary<string, string> facts)
    {
        if (facts.Count == 0)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach (var (field, value) in facts)
        {
            Write(json, field, field, value);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, string field, string? value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value is null ? "null" : IsSecret(field) ? $"\"{Masked}\"" : value);
    }

    private static bool IsSecret(string field) => field.EndsWith("secret", StringComparison.OrdinalIgnoreCase);

    // Field to value as JSON; what is not set has none.
    private static Dictionary<string, string> Read(Guid organizationId, object? entity)
    {
        var facts = new Dictionary<string, string>();
        if (entity is not null)
        {
            Read(organizationId, entity, facts, depth: 0);
        }

        return facts;
    }

    private static void Read(Guid organizationId, object entity, Dictionary<string, string> facts, int depth)
    {
        foreach (var (property, name) in PropertiesOf(entity.GetType()))
        {
            if (property.GetValue(entity) is not { } value)
            {
                continue;
            }

            if (property.Name.EndsWith("SecretId", StringComparison.Ordinal) && value is Guid secret)
            {
                facts[name[..^2]] = JsonSerializer.Serialize(secret);
            }
            else if (Text(organizationId, entity, property.Name, value) is { } text)
            {
                facts[name] = text;
            }
            else if (depth < 2 && value is not (IEnumerable or Guid) && value.GetType().Assembly == typeof(AuditFacts).Assembly)
            {
                Read(organizationId, value, facts, depth + 1);
            }
        }

        if (entity is IAudited audited)
        {
            foreach (var (field, value) in audited.AuditFacts())
            {
                facts[field] = JsonSerializer.Serialize(value, Json);
            }
        }
    }

    private static string? Text(Guid organizationId, object entity, string name, object value) => value switch
    {
        string text => JsonSerializer.Serialize(text),
        bool or int or long or double or decimal => JsonSerializer.Serialize(value),
        DateTimeOffset time => JsonSerializer.Serialize(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        Enum known => JsonSerializer.Serialize(EnumType.ConstantCase(known.ToString())),
        PrincipalRef principal => JsonSerializer.Serialize(IdOf(organizationId, principal)),
        Guid id => TypeOf(entity, name) is { } type ? JsonSerializer.Serialize(IdOf(organizationId, type, id)) : null,
        IEnumerable<Guid> ids when TypeOf(entity, name) is { } type => JsonSerializer.Serialize(ids.Select(id => IdOf(organizationId, type, id))),
        IEnumerable<string> texts => JsonSerializer.Serialize(texts),
        _ => null,
    };

    private static NodeType? TypeOf(object entity, string name) => entity switch
    {
        GrantFact { GranteeKind: var kind } when name == nameof(GrantFact.GranteeId) =>
            kind switch { GranteeKind.User => NodeType.User, GranteeKind.ServiceAccount => NodeType.ServiceAccount, _ => NodeType.PermissionGroup },
        ResourceRef { Type: var type } when name == nameof(ResourceRef.ObjectId) => type == ResourceType.PermissionGroup ? NodeType.PermissionGroup : NodeType.Project,
        _ when name.EndsWith("GroupIds", StringComparison.Ordinal) => NodeType.PermissionGroup,
        _ when name.EndsWith("AccountId", StringComparison.Ordinal) => NodeType.ServiceAccount,
        _ when name.EndsWith("ProjectId", StringComparison.Ordinal) => NodeType.Project,
        _ when name.EndsWith("EnvironmentId", StringComparison.Ordinal) => NodeType.Environment,
        _ when name is "CreatorId" or "UserId" or "OwnerId" => NodeType.User,
        _ => null,
    };

    private static string IdOf(Guid organizationId, NodeType type, Guid id) =>
        (type == NodeType.User ? GlobalId.User(id) : new GlobalId(type, organizationId, id)).ToString();

    private static string IdOf(Guid organizationId, PrincipalRef principal) =>
        IdOf(organizationId, principal.Kind == PrincipalKind.User ? NodeType.User : NodeType.ServiceAccount, principal.Id);

    private static (PropertyInfo Property, string Field)[] PropertiesOf(Type type) => Properties.GetOrAdd(type, static of =>
    [
        .. of.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0
            && !Unsaid.Contains(property.Name) && !property.Name.StartsWith("Normalized", StringComparison.Ordinal) && !property.Name.EndsWith("Version", StringComparison.Ordinal)
            // Parts of the record, not what it works out.
            && IsStored(of, property)).Select(property => (property, JsonNamingPolicy.CamelCase.ConvertName(property.Name))),
    ]);

    private static bool IsStored(Type type, PropertyInfo property) =>
        type.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.Name == property.Name)) || property.SetMethod is not null;
}
