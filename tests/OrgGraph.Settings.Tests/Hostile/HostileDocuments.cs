using System.Globalization;
using System.Text;
using GraphQL;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>Requests that are small to send and would be large to answer, or to refuse.</summary>
internal static class HostileDocuments
{
    /// <summary>What must be refused, by name: the document, its variables, the code of the refusal.</summary>
    public static readonly Dictionary<string, (string Query, Inputs Variables, string Code)> Refused = new()
    {
        ["a document of 33 KiB"] = Bad("{ __typename } #" + new string('x', 33 * 1024)),
        ["4,001 tokens"] = Bad($"{{ viewer(a: [{Repeat("1 ", 3993)}]) {{ id }} }}"),
        ["1,001 aliases"] = Bad($"{{ {Many(1001, i => $"a{i}: __typename")} }}"),
        ["one response name 3,000 times"] = Bad($"{{ {Repeat("a(id:1){b}", 390)} }}"),
        ["one response name in 300 fragments"] = Bad($"{{ {Many(300, i => $"...F{i}")} }} {Many(300, i => $"fragment F{i} on Query {{ viewer {{ id }} }}")}"),
        ["one leaf in 300 fragments"] = Bad($"{{ {Many(300, i => $"...F{i}")} }} {Many(300, i => $"fragment F{i} on Query {{ __typename }}")}"),
        ["response names that meet one level down"] = Bad($"{{ {Repeat($"viewer {{ {Repeat("organizations { nodes { id name } } ", 12)} }} ", 12)} }}"),
        ["fragments that double 20 times"] = Bad(Doubling(20)),
        ["fragments that double 24 times"] = Bad(Doubling(24)),
        ["fragments that double 27 times"] = Bad(Doubling(27)),
        ["fragments that double unused"] = Bad("{ __typename } " + Doubling(24)[(Doubling(24).IndexOf('}', StringComparison.Ordinal) + 1)..]),
        ["fragments that are ten times ten times ten"] = Bad(Fanning(10, 6)),
        ["a fragment that spreads itself"] = Bad("{ ...F } fragment F on Query { viewer { id } ...F }"),
        ["fragments in a circle that branches"] = Bad("{ ...A } fragment A on Query { a: viewer { ...B } b: viewer { ...B } } fragment B on Viewer { organizations { nodes { ...C } } } fragment C on Organization { x: id ...A y: id ...B }"),
        ["two fragments of one name, the second a circle"] = Bad("{ ...F } fragment F on Query { __typename } fragment F on Query { ...G ...G } fragment G on Query { ...H ...H } fragment H on Query { ...G }"),
        ["fields 16 deep"] = Bad(Nested(16)),
        ["2,000 inline fragments within each other"] = Bad("{" + Repeat("...{", 1300) + "__typename" + Repeat("}", 1300) + "}"),
        ["5,000 brackets"] = Bad($"{{ nodes(ids: {Repeat("[", 1900)}{Repeat("]", 1900)}) {{ id }} }}"),
        ["input objects 600 deep"] = Bad($"mutation {{ createApiKey(input: {Repeat("{a:", 600)}1{Repeat("}", 600)}) {{ version }} }}"),
        ["51 directives on one field"] = Bad($"{{ viewer {Repeat("@skip(if: false) ", 51)} {{ id }} }}"),
        ["51 directives on variables and fragments"] = Bad($"query({Many(26, i => $"$v{i}: Int @a")}) {{ ...F }} fragment F on Query {Repeat("@b ", 25)} {{ __typename }}"),
        ["11 mutations"] = Bad($"mutation {{ {Many(11, i => $"m{i}: leaveOrganization(input: {{}}) {{ version }}")} }}"),
        ["11 mutations by fragments"] = Bad($"mutation {{ ...A ...B }} {Many(2, i => $"fragment {(char)('A' + i)} on Mutation {{ {Many(6, n => $"m{i}x{n}: leaveOrganization(input: {{}}) {{ version }}")} }}")}"),
        ["introspection within introspection"] = Bad("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"),
        ["introspection by fragments within each other"] = Bad("{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { possibleTypes { interfaces { name } } }"),
        ["pages of 100 three deep"] = Costly("{ viewer { organizations(first: 100) { nodes { members(first: 100) { nodes { groups { members(first: 100) { nodes { id } } } } } } } } }"),
        ["pages of 100 three deep by edges and fragments"] = Costly("{ viewer { ...V } } fragment V on Viewer { organizations(last: 100) { ...O } } fragment O on OrganizationConnection { edges { node { permissionGroups(first: 100) { edges { node { members(first: 100) { edges { node { id } } } } } } } } }"),
        ["pages of 100 three deep by variables"] = Costly(
            "query($n: Int = 1) { viewer { organizations(first: $n) { nodes { members(first: $n) { nodes { groups { members(first: $n) { nodes { id } } } } } } } } }", ("n", 100)),
        ["lists within lists"] = Costly("{ viewer { organizations { nodes { permissionGroups { nodes { memberGroups { memberGroups { memberGroups { id } } } } } } } } }"),
        ["many ids with large pages"] = Costly("query($ids: [ID!]!) { nodes(ids: $ids) { ... on Organization { members(first: 100) { nodes { id displayName } } } } }", ("ids", Enumerable.Repeat<object?>("x", 100).ToList())),
        ["250 pages side by side"] = Costly($"{{ viewer {{ {Many(250, i => $"a{i}: organizations(first: 100) {{ nodes {{ id }} }}")} }} }}"),
        ["480 fields that do not exist"] = Bad($"{{ {Many(480, i => $"organisation{i}: organizatoin{i} {{ id }}")} }}"),
        ["600 types that do not exist"] = Bad($"{{ {Many(600, i => $"... on Organizatoin{i} {{ id }}")} }}"),
        ["1,200 arguments that do not exist"] = Bad($"{{ viewer({Many(1200, i => $"organizatoin{i}: 1")}) {{ id }} }}"),
        ["1,300 enum values that do not exist"] = Bad($"{{ organization(id: 1) {{ apiKeys(where: {{ status: [{Many(1300, i => $"ACTIV{i}")}] }}) {{ totalCount }} }} }}"),
        ["900 variables that are not used"] = Bad($"query({Many(900, i => $"$v{i}: Int")}) {{ __typename }}"),
        ["300 operations that spread one fragment"] = Bad($"{Many(300, i => $"query Q{i} {{ ...F }}")} fragment F on Query {{ {Many(100, i => $"a{i}: __typename")} }}"),
        ["300 operations with variables by fragments"] = Bad($"{Many(200, i => $"query Q{i}($v{i}: ID) {{ ...F0 }}")} {Chain(40)}"),
        ["fields against fragments against fields"] = Bad(Crossing(11)),
    };

    private static (string Query, Inputs Variables, string Code) Bad(string query) => (query, Inputs.Empty, "BAD_USER_INPUT");

    private static (string Query, Inputs Variables, string Code) Costly(string query, params (string Name, object? Value)[] variables) =>
        (query, new Inputs(variables.ToDictionary(one => one.Name, one => one.Value)), "COST_EXCEEDED");

    public static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    public static string Many(int count, Func<int, string> make) => string.Join(' ', Enumerable.Range(0, count).Select(make));

    private static string Doubling(int levels) =>
        "{ ...F0 } " + Many(levels, i => string.Create(CultureInfo.InvariantCulture, $"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}")) + $" fragment F{levels} on Query {{ __typename }}";

    private static string Fanning(int width, int levels) =>
        "{ ...F0 } " + Many(levels, i => $"fragment F{i} on Query {{ {Repeat($"...F{i + 1} ", width)} }}") + $" fragment F{levels} on Query {{ __typename }}";

    private static string Chain(int levels) =>
        Many(levels, i => $"fragment F{i} on Query {{ a{i}: node(id: $v{i}) {{ id }} ...F{i + 1} }}") + $" fragment F{levels} on Query {{ __typename }}";

    private static string Nested(int depth) => "{" + Repeat("viewer {", depth - 1) + "id" + Repeat("}", depth - 1) + "}";

    // Each level compares its fields with the next level's fragments, on both sides: memoised or not is all the difference.
    private static string Crossing(int levels) =>
        "{ viewer { ...A0 ...B0 } } "
        + Many(levels, i => $"fragment A{i} on Viewer {{ id organizations {{ nodes {{ id }} }} ...A{i + 1} ...B{i + 1} }} fragment B{i} on Viewer {{ id organizations {{ nodes {{ id name }} }} ...A{i + 1} ...B{i + 1} }}")
        + $" fragment A{levels} on Viewer {{ id organizations {{ totalCount }} }} fragment B{levels} on Viewer {{ id organizations {{ totalCount }} }}";
}
