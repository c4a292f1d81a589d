using System.Text.RegularExpressions;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>What errors say, and what they do not.</summary>
public sealed partial class ErrorTextTests
{
    private static readonly (string Query, object? Variables)[] Wrong =
    [
        ("{ viewr { id } }", null),
        ("{ viewer { idd } }", null),
        ("{ viewer(ide: 1) { id } }", null),
        ("{ viewer { ... on Organisation { id } } }", null),
        ("{ viewer { id @inclde(if: true) } }", null),
        ("{ ...Frag } fragment Fragg on Query { __typename }", null),
        ("query($a: Strin) { viewer { id } }", null),
        ("query($first: Int) { viewer { organizations(first: $frst) { totalCount } } }", null),
        ("{ organization(id: 1) { apiKeys(where: { status: ACTIV }) { totalCount } } }", null),
        ("{ organization(id: 1) { apiKeys(where: { stats: ACTIVE }) { totalCount } } }", null),
        ("query($w: ApiKeyFilter) { organization(id: 1) { apiKeys(where: $w) { totalCount } } }", new { w = new { stats = 1 } }),
        ("query($w: ApiKeyFilter) { organization(id: 1) { apiKeys(where: $w) { totalCount } } }", new { w = new { status = new[] { "ACTIV" } } }),
        ("query($w: ApiKeyFilter) { organization(id: 1) { apiKeys(where: $w) { totalCount } } }", new { w = "text" }),
        ("query($n: Int) { viewer { organizations(first: $n) { totalCount } } }", new { n = "ten" }),
        ("query($n: Int) { viewer { organizations(first: $n) { totalCount } } }", new { n = 1e300 }),
        ("query($n: Int!) { viewer { organizations(first: $n) { totalCount } } }", null),
        ("{ viewer { organizations(first: 99999999999) { totalCount } } }", null),
        ("mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { version } }", new { i = new { name = 5 } }),
        ("mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { version } }", new { i = new { organizationId = "x", name = "n", expiresAt = "tomorrow" } }),
        ("mutation { createApiKey { version } }", null),
        ("{ viewer }", null),
        ("{ __typename { id } }", null),
        ("{ node(id: \"nonsense\") { id } }", null),
        ("{ node(id: true) { id } }", null),
        ("subscription { organizationEvents(organizationId: \"x\") { version } other: organizationEvents(organizationId: \"y\") { version } }", null),
        ("query A { viewer { id } } query A { viewer { id } }", null),
        ("query A { viewer { id } } query B { viewer { id } }", null),
        ("{ viewer { id } } { viewer { id } }", null),
        ("type X { id: ID }", null),
        ("fragment F on Query { __typename }", null),
        ("{ viewer { id ", null),
        ("{ viewer { id } } \"", null),
        ("{ viewer { id } } \u0007", null),
        ("{ a: viewer { id } a: viewer { displayName } a: node(id: 1) { id } }", null),
        ("#", null),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Error_has_an_own_code_and_names_nothing_of_the_engine(bool isSignedIn)
    {
        await using var app = await OrgGraphApp.StartAsync();
        var client = isSignedIn ? await app.OliviaAsync() : app.Anonymous;

        foreach (var (query, variables) in Wrong)
        {
            var answer = await client.SendAsync(query, variables);

            Assert.True(answer.Errors is not null, $"{query} was answered: {answer.Text}");
            Assert.All(answer.Codes, code => Assert.Contains(code, new[] { "BAD_USER_INPUT", "AUTH_NOT_AUTHENTICATED", "AUTH_NOT_AUTHORIZED" }));
            Assert.DoesNotMatch(Internals(), answer.Text);
            foreach (var error in answer.Errors!.Value.EnumerateArray())
            {
                Assert.Equal("code", string.Join(' ', error.GetProperty("extensions").EnumerateObject().Select(extension => extension.Name)));
                Assert.False(string.IsNullOrWhiteSpace(error.GetProperty("message").GetString()));
            }
        }
    }

    [Theory]
    [InlineData("{ viewr { id } }", "viewer")]
    [InlineData("{ viewer { ... on Organizatio { id } } }", "Organization")]
    [InlineData("{ viewer { organizations(frst: 1) { totalCount } } }", "first")]
    [InlineData("{ organization(nme: 1) { id } }", "name")]
    public async Task Name_is_suggested_to_developers_only(string query, string name)
    {
        using var folder = new ProductionFolder();
        await using var development = await OrgGraphApp.StartAsync();
        await using var production = await OrgGraphApp.StartAsync(folder.Settings, folder.Path);

        Assert.Contains("Did you mean", (await development.Anonymous.SendAsync(query)).Text, StringComparison.Ordinal);
        Assert.Contains(name, (await development.Anonymous.SendAsync(query)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", (await production.Anonymous.SendAsync(query)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"'{name}'", (await production.Anonymous.SendAsync(query)).Text, StringComparison.Ordinal);
    }

    // Class and member names of the engine and the runtime, and what stack traces look like.
    [GeneratedRegex(@"Exception|System\.|GraphQL\.|OrgGraph\.Se|GraphType|Int32|Nullable|`1|\bat [A-Z]\w+\.|stack|\.cs\b")]
    private static partial Regex Internals();
}
