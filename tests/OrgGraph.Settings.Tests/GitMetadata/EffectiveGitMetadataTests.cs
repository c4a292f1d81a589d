using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.GitMetadata;

[CollectionDefinition("GitMetadata")]
public sealed class GitMetadataServer : ICollectionFixture<SharedServer>;

/// <summary>The least permissive merge of what the organization sets and what a program asks: the whole table, a missing one on either side included.</summary>
[Collection("GitMetadata")]
public sealed class EffectiveGitMetadataTests(SharedServer server) : TeamTest(server)
{
    /// <summary>Policy, what is asked, what is collected.</summary>
    public static TheoryData<string?, string?, string> Table => new()
    {
        // No policy: what is asked, else nothing.
        { null, null, "NONE" },
        { null, "ALL", "ALL" },
        { null, "NONE", "NONE" },
        { null, "SOME COMMIT BRANCH", "SOME COMMIT BRANCH" },

        // Nothing asked: the policy.
        { "ALL", null, "ALL" },
        { "NONE", null, "NONE" },
        { "SOME COMMIT", null, "SOME COMMIT" },

        // ALL is neutral.
        { "ALL", "ALL", "ALL" },
        { "ALL", "NONE", "NONE" },
        { "ALL", "SOME TAG", "SOME TAG" },
        { "NONE", "ALL", "NONE" },
        { "SOME TAG DIRTY", "ALL", "SOME TAG DIRTY" },

        // Else NONE wins.
        { "NONE", "NONE", "NONE" },
        { "NONE", "SOME COMMIT", "NONE" },
        { "SOME COMMIT", "NONE", "NONE" },

        // What both name; nothing in common is nothing.
        { "SOME COMMIT BRANCH TAG", "SOME TAG COMMIT GIT_DIFF", "SOME COMMIT TAG" },
        { "SOME COMMIT", "SOME COMMIT", "SOME COMMIT" },
        { "SOME COMMIT", "SOME BRANCH", "NONE" },

        // Fields have no effect but with SOME.
        { "ALL COMMIT", "ALL TAG", "ALL" },
        { "ALL COMMIT", null, "ALL" },
        { "NONE COMMIT", "SOME COMMIT", "NONE" },
        { "SOME COMMIT TAG", "ALL TAG", "SOME COMMIT TAG" },
        { null, "NONE COMMIT", "NONE" },

        // Each once, in the same order, however they are named.
        { null, "SOME GIT_DIFF COMMIT_TIME COMMIT_MESSAGE AUTHOR_EMAIL AUTHOR_NAME DIRTY TAG BRANCH COMMIT COMMIT", "SOME COMMIT BRANCH TAG DIRTY AUTHOR_NAME AUTHOR_EMAIL COMMIT_MESSAGE COMMIT_TIME GIT_DIFF" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Least_permissive_wins(string? policy, string? requested, string expected)
    {
        if (policy is not null)
        {
            Assert.Empty((await Owner.MutateAsync("updateGitMetadata", new { organizationId = Team.Id, policy = Input(policy) })).Errors);
        }

        var (organization, runtime) = await AskAsync(Owner, Input(requested));

        Assert.Equal((expected, expected), (organization, runtime));
    }

    [Fact]
    public async Task Nothing_asked_is_the_same_as_left_out_and_null()
    {
        await Owner.MutateAsync("updateGitMetadata", new { organizationId = Team.Id, policy = Input("SOME COMMIT") });

        var found = await Team.QueryAsync("left: effectiveGitMetadata { collect } nothing: effectiveGitMetadata(requested: null) { collect }");

        Assert.Equal(("SOME", "SOME"), (found.GetProperty("left").GetProperty("collect").GetString(), found.GetProperty("nothing").GetProperty("collect").GetString()));
    }

    [Theory]
    [InlineData("{ collect: SOME }")]
    [InlineData("{ collect: SOME, fields: [] }")]
    [InlineData("{ collect: SOME, fields: null }")]
    public async Task Bad_user_input_when_some_of_nothing_is_asked(string requested)
    {
        var ofOrganization = await Owner.SendAsync($"query($id: ID!) {{ organization(id: $id) {{ effectiveGitMetadata(requested: {requested}) {{ collect }} }} }}", new { id = Team.Id });
        var ofRuntime = await Owner.SendAsync($"query($id: ID!) {{ runtime(organizationId: $id) {{ gitMetadata(requested: {requested}) {{ collect }} }} }}", new { id = Team.Id });

        Assert.Equal(["BAD_USER_INPUT"], ofOrganization.Codes);
        Assert.Equal(["BAD_USER_INPUT"], ofRuntime.Codes);
    }

    [Fact]
    public async Task Every_member_may_ask_by_every_credential()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        var (key, account) = (await Team.KeyAsync(vera), await Team.AccountAsync("Runner", [Team.Viewers]));
        await Owner.MutateAsync("updateGitMetadata", new { organizationId = Team.Id, policy = Input("SOME COMMIT") });

        foreach (var client in new[] { vera.Client, key, account.Client })
        {
            Assert.Equal(("SOME COMMIT", "SOME COMMIT"), await AskAsync(client, Input("ALL")));
        }
    }

    private async Task<(string Organization, string Runtime)> AskAsync(Client client, object? requested)
    {
        const string Ask = """
            query($id: ID!, $requested: GitMetadataInput) {
              organization(id: $id) { effectiveGitMetadata(requested: $requested) { collect fields } }
              runtime(organizationId: $id) { gitMetadata(requested: $requested) { collect fields } }
            }
            """;
        var data = await client.QueryAsync(Ask, new { id = Team.Id, requested });
        return (Text(data.GetProperty("organization").GetProperty("effectiveGitMetadata")), Text(data.GetProperty("runtime").GetProperty("gitMetadata")));
    }

    private static object? Input(string? text) =>
        text is null ? null : text.Split(' ') is [var collect, .. { Length: > 0 } fields] ? new { collect, fields } : new { collect = text };

    private static string Text(JsonElement policy) =>
        string.Join(' ', policy.GetProperty("fields").EnumerateArray().Select(field => field.GetString()).Prepend(policy.GetProperty("collect").GetString()));
}
