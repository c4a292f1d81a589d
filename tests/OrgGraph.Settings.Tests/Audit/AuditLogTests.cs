using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Audit;

/// <summary>What the log tells of what was done, refused and denied.</summary>
public sealed class AuditLogTests : OrgGraphTest
{
    [Fact]
    public async Task Change_tells_who_did_what_and_how_it_was_before()
    {
        var olivia = await App.OliviaAsync();
        var made = await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "Alpha" }, "project { id }");
        var id = made["project", "id"].GetString()!;
        await olivia.MutateAsync("renameProject", new { projectId = id, name = "Beta" });
        await olivia.MutateAsync("deleteProject", new { projectId = id, confirmName = "Beta" });

        var log = await olivia.AuditLogAsync("first: 3");

        Assert.Equal(["project.deleted", "project.updated", "project.created"], log.Select(entry => entry.Text("action")));
        Assert.All(log, entry =>
        {
            Assert.Equal((id, "project", "Olivia", "SESSION", "SUCCEEDED"), (entry.Text("resourceId"), entry.Text("resourceType"), entry.Text("actorName")!.Split(' ')[0], entry.Text("credential"), entry.Text("outcome")));
            Assert.Equal("olivia@acme.test", entry.GetProperty("actor").GetProperty("email").GetString());
        });
        Assert.Equal(("\"Alpha\"", "\"Beta\""), Change(log[1], "name"));
        Assert.Equal(("null", "\"Alpha\""), Change(log[2], "name"));
        Assert.Equal(("\"Beta\"", "null"), Change(log[0], "name"));
    }

    [Fact]
    public async Task Refused_attempt_is_there_with_the_rule_and_no_value()
    {
        var olivia = await App.OliviaAsync();
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = new string('x', 257) });

        var entry = await OnlyAsync(olivia, "createProject");

        Assert.Equal(("REFUSED", "project"), (entry.Text("outcome"), entry.Text("resourceType")));
        Assert.DoesNotContain("xxx", entry.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("VALIDATION", Change(entry, "errors").After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Denied_attempts_of_a_member_are_one_a_minute_and_of_others_none()
    {
        var (olivia, vera, nora) = (await App.OliviaAsync(), await App.VeraAsync(), await App.NoraAsync());
        for (var i = 0; i < 3; i++)
        {
            await vera.SendMutationAsync("createProject", new { organizationId = App.Acme, name = "Denied" });
            await nora.SendMutationAsync("createProject", new { organizationId = App.Acme, name = "Denied" });
        }

        var entry = await OnlyAsync(olivia, "createProject");

        Assert.Equal(("DENIED", "vera@acme.test"), (entry.Text("outcome"), entry.GetProperty("actor").GetProperty("email").GetString()));
        App.Clock.Advance(TimeSpan.FromMinutes(1));
        await App.ConfirmedAsync();
        await vera.SendMutationAsync("createProject", new { organizationId = App.Acme, name = "Denied" });
        await Eventually.TrueAsync(async () => (await olivia.AuditLogAsync("where: {action: \"createProject\"}")).Count == 2);
    }

    [Fact]
    public async Task Credential_shows_by_its_preview_and_no_secret_is_told()
    {
        var olivia = await App.OliviaAsync();
        var made = await olivia.MutateAsync("createApiKey", new { organizationId = App.Acme, name = "Audited" }, "secret apiKey { id preview }");
        var (secret, preview) = (made.Text("secret"), made.Text("apiKey", "preview"));
        await App.With(secret).MutateAsync("createProject", new { organizationId = App.Acme, name = "By key" });

        var log = await olivia.AuditLogAsync("first: 2");

        Assert.Equal(("API_KEY", preview, "project.created"), (log[0].Text("credential"), log[0].Text("credentialPreview"), log[0].Text("action")));
        Assert.Equal("apiKey.created", log[1].Text("action"));
        Assert.DoesNotContain(secret, string.Concat(log.Select(entry => entry.GetRawText())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("action: \"project.created\"", 2)]
    [InlineData("action: \"project.none\"", 0)]
    [InlineData("resourceType: \"environment\"", 1)]
    [InlineData("outcome: REFUSED", 0)]
    [InlineData("actorId: \"OSCAR\"", 1)]
    [InlineData("actorId: \"OSCAR\", action: \"project.created\"", 0)]
    [InlineData("since: \"2030-01-01T12:00:30Z\"", 1)]
    [InlineData("until: \"2030-01-01T12:00:30Z\", resourceType: \"project\"", 2)]
    [InlineData("resourceId: \"PROJECT\"", 1)]
    public async Task Filter_finds(string where, int count)
    {
        var (olivia, oscar) = (await App.OliviaAsync(), await App.OscarAsync());
        var before = (await olivia.AuditLogAsync("first: 1"))[0].Text("cursor");
        var made = await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "One" }, "project { id }");
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "Two" });
        App.Clock.Advance(TimeSpan.FromMinutes(1));
        await App.ConfirmedAsync();
        await oscar.MutateAsync("createEnvironment", new { organizationId = App.Acme, name = "Late" });
        var id = (await oscar.QueryAsync("{ viewer { principal { id } } }")).GetProperty("viewer").GetProperty("principal").GetProperty("id").GetString()!;

        var found = await olivia.AuditLogAsync(
            $"before: \"{before}\", where: {{{where.Replace("OSCAR", id, StringComparison.Ordinal).Replace("PROJECT", made["project", "id"].GetString(), StringComparison.Ordinal)}}}");

        Assert.Equal(count, found.Count);
    }

    [Fact]
    public async Task Pages_stay_exact_while_entries_arrive()
    {
        var olivia = await App.OliviaAsync();
        for (var i = 0; i < 7; i++)
        {
            await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = $"Page {i}" });
        }

        var whole = (await olivia.AuditLogAsync("first: 100")).Select(entry => entry.Text("cursor")!).ToList();
        var paged = new List<string>();
        var after = "";
        while (true)
        {
            var page = (await olivia.QueryAsync(
                $"query($id: ID!) {{ organization(id: $id) {{ auditLog(first: 3{after}) {{ nodes {{ cursor }} totalCount pageInfo {{ hasNextPage endCursor }} }} }} }}", new { id = App.Acme })).GetProperty("organization").GetProperty("auditLog");
            paged.AddRange(page.GetProperty("nodes").EnumerateArray().Select(entry => entry.Text("cursor")!));
            Assert.Equal(whole.Count + (paged.Count > 3 ? (paged.Count - 1) / 3 : 0), page.GetProperty("totalCount").GetInt32());
            await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = $"Meanwhile {paged.Count}" });
            if (!page.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean())
            {
                break;
            }

            after = $", after: \"{page.GetProperty("pageInfo").GetProperty("endCursor").GetString()}\"";
        }

        Assert.Equal(whole, paged);
    }

    [Fact]
    public async Task Nobody_reads_it_without_the_right()
    {
        var (vera, olivia) = (await App.VeraAsync(), await App.OliviaAsync());
        var id = (await olivia.AuditLogAsync("first: 1"))[0].Text("id")!;

        var refused = await vera.SendAsync("query($id: ID!) { organization(id: $id) { name auditLog { totalCount } } }", new { id = App.Acme });

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], refused.Codes);
        Assert.Equal(JsonValueKind.Null, (await vera.QueryAsync("query($id: ID!) { node(id: $id) { id } }", new { id })).GetProperty("node").ValueKind);
        Assert.Equal(id, (await olivia.QueryAsync("query($id: ID!) { node(id: $id) { ... on AuditLogEntry { id } } }", new { id })).GetProperty("node").Text("id"));
    }

    private static async Task<JsonElement> OnlyAsync(Client reader, string action)
    {
        await Eventually.TrueAsync(async () => (await reader.AuditLogAsync($"where: {{action: \"{action}\"}}")).Count > 0);
        return Assert.Single(await reader.AuditLogAsync($"where: {{action: \"{action}\"}}"));
    }

    private static (string Before, string After) Change(JsonElement entry, string field)
    {
        var change = entry.GetProperty("changes").EnumerateArray().Single(one => one.Text("field") == field);
        return (change.GetProperty("before").GetRawText(), change.GetProperty("after").GetRawText());
    }
}

internal static class AuditReading
{
    /// <summary>Entries of Acme's log, newest first.</summary>
    public static async Task<IReadOnlyList<JsonElement>> AuditLogAsync(this Client reader, string arguments)
    {
        var data = await reader.QueryAsync(
            "query($id: ID!) { organization(id: $id) { auditLog(" + arguments + ") { nodes { id cursor occurredAt actor { ... on User { email } ... on ServiceAccount { name } } actorName credential credentialPreview action resourceType resourceId resourceName outcome changes { field before after } } } } }",
            new { id = reader.App.Acme });
        return [.. data.GetProperty("organization").GetProperty("auditLog").GetProperty("nodes").EnumerateArray()];
    }

    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();
}
