using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

/// <summary>What the audit log tells of providers: all that was changed, no secret, and to nobody more than the provider itself shows.</summary>
[Collection("AiProviders")]
public sealed class AiProviderAuditTests(SharedServer server) : TeamTest(server)
{
    private const string Log = "auditLog(first: 10, where: { resourceType: \"aiProvider\" }) { nodes { action changes { field before after } } }";

    [Fact]
    public async Task Changes_are_told_and_secrets_masked_on_both_sides()
    {
        var id = await SaveAsync(null, "first-secret-that-is-long-enough-to-be-shown", "first-header", "blue");
        await SaveAsync(null, "other-secret-that-is-long-enough-to-be-shown", "other-header", "red");
        await Owner.MutateAsync("deleteAiProvider", new { aiProviderId = id });

        var log = await LogAsync(Owner);

        Assert.Equal(["aiProvider.deleted", "aiProvider.updated", "aiProvider.created"], log.Keys);
        var updated = log["aiProvider.updated"];
        Assert.Equal(
            ["headersSecret ******** -> ********", "preview fir...hown -> oth...hown", "secret ******** -> ********", "settings {color: blue} -> {color: red}"],
            updated.Order(StringComparer.Ordinal));
        Assert.Contains("endpointUrl https://models.example/v1 -> ", log["aiProvider.deleted"]);
        Assert.Contains("headers  -> [X-Team]", log["aiProvider.created"]);
    }

    [Fact]
    public async Task Nothing_within_a_projects_provider_is_told_to_who_may_not_change_it()
    {
        var project = await Team.ProjectAsync("Bot");
        await SaveAsync(project, "planted-secret-that-is-long-enough-to-be-shown", "planted-header", "planted");
        await SaveAsync(null, "planted-secret-that-is-long-enough-to-be-shown", "planted-header", "blue");
        var auditor = (await Team.JoinAsync(Team.Viewers, await Team.GroupAsync("Auditors", permissions: Team.Right("READ", "AUDIT_LOG")))).Client;
        var stranger = (await Team.JoinAsync(await Team.GroupAsync("Strangers", permissions: Team.Right("READ", "AUDIT_LOG")))).Client;

        var (seen, own) = (await TextAsync(auditor), await TextAsync(Owner));

        Assert.DoesNotContain("pla...hown", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", seen, StringComparison.Ordinal);
        Assert.Equal(1, seen.Split("models.example").Length - 1);
        Assert.Contains("\"field\":\"endpointUrl\",\"before\":null,\"after\":\"********\"", seen, StringComparison.Ordinal);
        Assert.Contains("\"field\":\"name\",\"before\":null,\"after\":\"House\"", seen, StringComparison.Ordinal);
        Assert.Equal(2, own.Split("models.example").Length - 1);
        Assert.Contains("\"planted\"", own, StringComparison.Ordinal);
        Assert.Single(JsonDocument.Parse(await TextAsync(stranger)).RootElement.GetProperty("nodes").EnumerateArray());
    }

    private async Task<string> SaveAsync(string? projectId, string secret, string header, string color)
    {
        var made = await Owner.MutateAsync(
            "saveAiProvider",
            new
            {
                organizationId = Team.Id,
                projectId,
                type = "custom",
                name = "House",
                secret,
                endpointUrl = "https://models.example/v1",
                headers = new[] { new { name = "X-Team", value = header } },
                settings = new[] { new { name = "color", value = color } },
            },
            "aiProvider { id }");
        Assert.Empty(made.Errors);
        return made.Text("aiProvider", "id");
    }

    private async Task<string> TextAsync(Client client) => (await Team.QueryAsync(client, Log)).GetProperty("auditLog").GetRawText();

    // Kind to changes, e.g. "name old -> new"; times are left out.
    private async Task<Dictionary<string, string[]>> LogAsync(Client client) =>
        (await Team.QueryAsync(client, Log)).GetProperty("auditLog").GetProperty("nodes").EnumerateArray().ToDictionary(
            entry => entry.GetProperty("action").GetString()!,
            entry => entry.GetProperty("changes").EnumerateArray().Where(change => !change.GetProperty("field").GetString()!.EndsWith("At", StringComparison.Ordinal))
                .Select(change => $"{change.GetProperty("field").GetString()} {Bare(change.GetProperty("before"))} -> {Bare(change.GetProperty("after"))}").ToArray());

    private static string Bare(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "" : value.GetRawText().Replace("\"", "", StringComparison.Ordinal).Replace(":", ": ", StringComparison.Ordinal).Replace(": //", "://", StringComparison.Ordinal);
}
