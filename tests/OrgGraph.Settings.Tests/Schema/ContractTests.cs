namespace OrgGraph.Settings.Tests.Schema;

/// <summary>What the server offers, held against what was promised.</summary>
public sealed class ContractTests
{
    /// <summary>What the schema has beyond the contract, each with its reason.</summary>
    private static readonly Dictionary<string, string> Extras = Archiving("OrganizationArchived").Concat(Archiving("OrganizationRestored")).ToDictionary();

    // The archive state is to be seen live and in the audit log, and the contract has no event for it.
    private static IEnumerable<KeyValuePair<string, string>> Archiving(string type) =>
        new[] { "", ".actor", ".actorName", ".cursor", ".occurredAt", ".organization", ".subjectName", ".version", " implements OrganizationEvent" }.Select(fact => type + fact)
            .Append($"OrganizationChangedEvent member {type}")
            .Select(fact => KeyValuePair.Create(fact, "An operator archived or restored the organization: subscribers and the audit log are told."));

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

    private static IReadOnlyList<string> Compare(SortedDictionary<string, string> printed) => SchemaFacts.Disagreements(printed, Contract, Extras);

    private static SortedDictionary<string, string> Without(SortedDictionary<string, string> facts, string name)
    {
        var fewer = new SortedDictionary<string, string>(facts, StringComparer.Ordinal);
        fewer.Remove(name);
        return fewer;
    }
}
