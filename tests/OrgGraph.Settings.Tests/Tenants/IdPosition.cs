using System.Text.Json.Nodes;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Authorization;
using OrgGraph.Settings.Tests.Schema;

namespace OrgGraph.Settings.Tests.Tenants;

/// <summary>A place where the schema takes an id: a field, and the way through its arguments and their input objects.</summary>
internal sealed record IdPosition(string Type, GraphQLFieldDefinition Field, string[] Path)
{
    private static readonly string[] Roots = ["Query", "Mutation", "Subscription", "Organization", "Environment"];

    /// <summary>The platform's own ids, of what this server knows nothing of: any text is one.</summary>
    private static readonly string[] OfPlatform = ["objectId", "functionId"];

    /// <summary>What else a field needs, by the argument that is there.</summary>
    private static readonly Dictionary<string, string> Besides = new()
    {
        ["access(principalId)"] = ", resource: { type: AUDIT_LOG }",
        ["access(resource)"] = ", principalId: \"AQAAAAAAAAAAAAAAAAAAAAA\"",
        ["whoCan(resource)"] = ", permission: READ",
    };

    private static readonly Lazy<IReadOnlyDictionary<string, IdPosition>> Found = new(() => Find().ToDictionary(position => position.ToString(), StringComparer.Ordinal));

    /// <summary>All places of the printed schema, by how they are written, e.g. <c>Mutation.createApiKey(input.organizationId)</c>.</summary>
    public static IReadOnlyDictionary<string, IdPosition> All => Found.Value;

    public override string ToString() => $"{Type}.{Field.Name.StringValue}({string.Join('.', Path)})";

    public bool IsMutation => Type == "Mutation";

    public bool IsSubscription => Type == "Subscription";

    /// <summary>What an id in this place should be of; null: of anything.</summary>
    public NodeType? Wanted => Path[^1] switch
    {
        "id" when Type == "Organization" => NodeType.Project,
        "id" when Field.Name.StringValue == "organization" => NodeType.Organization,
        "assignmentId" => NodeType.EnvironmentAssignment,
        "id" or "ids" => null,
        "creatorId" or "actorId" or "principalIds" or "principalId" or "granteeId" => NodeType.User,
        "remove" => NodeType.Grant,
        "groupId" or "groupIds" or "memberGroupIds" or "reassignToGroupId" or "permissionGroupId" => NodeType.PermissionGroup,
        "resourceId" => NodeType.Project,
        var name => Enum.Parse<NodeType>(name[..^2], ignoreCase: true),
    };

    /// <summary>Whether the id says which organization is meant, and so whose rights count.</summary>
    public bool IsScope => Path[^1] == "organizationId" || (IsMutation && Path is ["input", var inner] && InputField(inner).Type is GraphQLNonNullType { Type: GraphQLNamedType } && !Has("organizationId"));

    /// <summary>A request that is good but for the id.</summary>
    public async Task<Sample> RequestAsync(Stage stage, string id)
    {
        if (IsMutation)
        {
            var sample = await MatrixRows.MakeAsync($"Mutation.{Field.Name.StringValue}", stage);
            var input = System.Text.Json.JsonSerializer.SerializeToNode(sample.Variables)!["input"]!.DeepClone().AsObject();
            input[Path[1]] = Value(InputField(Path[1]).Type, Path[2..], id);
            return new Sample(sample.Document.Replace("errors { __typename }", "errors { __typename ... on UserError { code message path } }", StringComparison.Ordinal), new JsonObject { ["input"] = input });
        }

        var argument = Field.Arguments!.Items.Single(one => one.Name.StringValue == Path[0]);
        var place = $"{Field.Name.StringValue}({Path[0]})";
        var besides = place == "runtime(projectId)" ? $", organizationId: \"{stage.OrganizationId}\"" : Besides.GetValueOrDefault(place);
        var field = $"{Field.Name.StringValue}({Path[0]}: $value{besides}) {Selection()}";
        var (kind, text) = Type switch
        {
            "Organization" => ("query", $"organization(id: $id) {{ {field} }}"),
            "Environment" => ("query", $"organization(id: $id) {{ environments(first: 1) {{ nodes {{ {field} }} }} }}"),
            "Subscription" => ("subscription", field),
            _ => ("query", field),
        };
        var variables = new JsonObject { ["value"] = Value(argument.Type, Path[1..], id) };
        var isInside = Type is "Organization" or "Environment";
        if (isInside)
        {
            variables["id"] = stage.OrganizationId;
        }

        return new Sample($"{kind}({(isInside ? "$id: ID!, " : "")}$value: {SchemaFacts.Write(argument.Type)}) {{ {text} }}", variables);
    }

    private static IEnumerable<IdPosition> Find() =>
        from type in PrintedSchema.Document.Definitions.OfType<GraphQLObjectTypeDefinition>()
        from field in type.Fields?.Items ?? []
        from argument in field.Arguments?.Items ?? []
        from path in Paths(argument, [])
        select Roots.Contains(type.Name.StringValue)
            ? new IdPosition(type.Name.StringValue, field, path)
            : throw new InvalidOperationException($"{type.Name}.{field.Name} takes an id: say how to ask for it.");

    private static IEnumerable<string[]> Paths(GraphQLInputValueDefinition value, string[] before)
    {
        string[] path = [.. before, value.Name.StringValue];
        var name = NameOf(value.Type);
        return name == "ID" ? OfPlatform.Contains(path[^1]) ? [] : [path] : path.Length > 6 ? [] : FieldsOf(name).SelectMany(field => Paths(field, path));
    }

    private static JsonNode? Value(GraphQLType type, string[] path, string id)
    {
        switch (type)
        {
            case GraphQLNonNullType some:
                return Value(some.Type, path, id);
            case GraphQLListType list:
                return new JsonArray(Value(list.Type, path, id));
        }

        var name = NameOf(type);
        if (name == "ID")
        {
            return id;
        }

        var value = new JsonObject();
        foreach (var field in FieldsOf(name).Where(field => field.Type is GraphQLNonNullType || field.Name.StringValue == path[0]))
        {
            value[field.Name.StringValue] = field.Name.StringValue == path[0] ? Value(field.Type, path[1..], id)
                : System.Text.Json.JsonSerializer.SerializeToNode(SampleValues.Of(field.Type, PrintedSchema.Document));
        }

        if (name == "ResourceInput")
        {
            value["type"] = path[0] == "projectId" ? "EXPERIMENT" : "PROJECT";
        }
        else if (name == "PermissionInput")
        {
            value["permission"] = "READ";
        }

        return value;
    }

    private string Selection()
    {
        var name = NameOf(Field.Type);
        return name.EndsWith("Connection", StringComparison.Ordinal) ? "{ totalCount nodes { id } }" : name == "Boolean" ? "" : "{ __typename }";
    }

    private bool Has(string field) => FieldsOf(NameOf(Field.Arguments!.Items[0].Type)).Any(one => one.Name.StringValue == field);

    private GraphQLInputValueDefinition InputField(string name) => FieldsOf(NameOf(Field.Arguments!.Items[0].Type)).Single(field => field.Name.StringValue == name);

    private static IEnumerable<GraphQLInputValueDefinition> FieldsOf(string name) =>
        PrintedSchema.Document.Definitions.OfType<GraphQLInputObjectTypeDefinition>().SingleOrDefault(type => type.Name.StringValue == name)?.Fields?.Items ?? [];

    private static string NameOf(GraphQLType type) => SchemaFacts.Write(type).Trim('[', ']', '!');
}
