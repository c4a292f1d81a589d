namespace OrgGraph.Settings.Tests.Schema;

/// <summary>What the server offers, held against what was promised.</summary>
public sealed class ContractTests
{
    /// <summary>What the schema has beyond the contract, each with its reason.</summary>
    private static readonly Dictionary<string, string> Extras = [];

    private static readonly SortedDictionary<string, string> Printed = SchemaFacts.Of(PrintedSchema.Document);
    private static readonly SortedDictionary<string, string> Contract = SchemaFacts.Of(PrintedSchema.Contract);

    [Fact]
    public void Printed_schema_agrees_when_held_against_the_contract() =>
        Assert.Equal("", string.Join('\n', Compare(Printed)));

    /// <summary>Fail closed: with any one of the directives taken away, the contract test turns red.</summary>
    [Fact]
    public void Disagreement_is_found_when_any_one_directive_is_taken_away()
    {
        var guards = Printed.Keys.Where(name => name.Contains(" @authorize(", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(guards);
        Assert.All(guards, guard => Assert.Contains(Compare(Without(Printed, guard)), problem => problem.StartsWith(guard, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Query.node", "Node!")]
    [InlineData("Query.node(id)", "ID")]
    [InlineData("CreateApiKeyInput.name", "String")]
    [InlineData("InviteMembersInput.sendEmails", "Boolean! = false")]
    [InlineData("RotateApiKeyInput.overlapSeconds", "Int!")]
    [InlineData("ApiKey", "interface")]
    [InlineData("Something", "type")]
    [InlineData("Organization.secret", "String")]
    [InlineData("ErrorCode value SOMETHING", "value")]
    [InlineData("CreateApiKeyError member Something", "member")]
    [InlineData("ApiKey implements Principal", "implements")]
    [InlineData("Query.invitation @authorize(policy: OWNER)", "directive")]
    public void Disagreement_is_found_when_one_fact_is_changed_or_added(string name, string value)
    {
        var planted = new SortedDictionary<string, string>(Printed, StringComparer.Ordinal) { [name] = value };

        Assert.Contains(Compare(planted), problem => problem.StartsWith(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Query.node(id)")]
    [InlineData("CreateApiKeyInput.name")]
    [InlineData("ApiKey implements Node")]
    public void Disagreement_is_found_when_one_fact_is_taken_away(string name) =>
        Assert.Contains(Compare(Without(Printed, name)), problem => problem.StartsWith(name, StringComparison.Ordinal));

    private static IReadOnlyList<string> Compare(SortedDictionary<string, string> printed) => SchemaFacts.Disagreements(printed, Contract, Extras, MayBeMissing);

    private static SortedDictionary<string, string> Without(SortedDictionary<string, string> facts, string name)
    {
        var fewer = new SortedDictionary<string, string>(facts, StringComparer.Ordinal);
        fewer.Remove(name);
        return fewer;
    }

    // Areas that do not exist yet: whole types, whole fields of output types, values and members that speak of them. Arguments, input
    // fields, interfaces and directives of what does exist are never missing.
    private static bool MayBeMissing(string name)
    {
        var owner = name.Split(' ', '.', '(')[0];
        if (!Printed.TryGetValue(owner, out var kind))
        {
            return true;
        }

        if (kind is "union" or "enum")
        {
            return true;
        }

        var field = name.Split(' ', '(')[0];
        return kind is "type" or "interface" && field != owner && !Printed.ContainsKey(field);
    }
}
