using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

/// <summary>How secrets of providers are kept, and that they go only where they were saved for.</summary>
[Collection("AiProviders")]
public sealed class AiProviderSecretTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Stored_secret_stays_when_it_is_left_out_or_null()
    {
        var id = await Team.ProviderAsync("Main");
        var before = await OpenAsync(id);
        var was = await Team.NodeAsync(id, "... on AiProvider { secretUpdatedAt secretUpdatedBy { id } preview }");
        var eli = await Team.JoinAsync(await Team.GroupAsync("Managers", permissions: Team.Right("UPDATE", "ORGANIZATION")));

        Assert.Empty((await eli.Client.MutateAsync("saveAiProvider", new { organizationId = Team.Id, aiProviderId = id, type = "openai", name = "Renamed" })).Errors);
        Assert.Empty((await eli.Client.MutateAsync("saveAiProvider", new { organizationId = Team.Id, aiProviderId = id, type = "openai", secret = (string?)null, models = new[] { "gpt-4o" } })).Errors);
        var kept = await Team.NodeAsync(id, "... on AiProvider { secretUpdatedAt secretUpdatedBy { id } preview }");
        Assert.Empty((await eli.Client.MutateAsync("saveAiProvider", new { organizationId = Team.Id, aiProviderId = id, type = "openai", secret = "sk-another-secret-of-the-other-person" })).Errors);
        var replaced = await Team.NodeAsync(id, "... on AiProvider { secretUpdatedBy { id } preview }");

        Assert.Equal(Provider.Secret, before.Secret);
        Assert.Equal(was.GetRawText(), kept.GetRawText());
        Assert.Equal((eli.UserId, "sk-...rson"), (replaced.GetProperty("secretUpdatedBy").GetProperty("id").GetString(), replaced.GetProperty("preview").GetString()));
        Assert.Equal("sk-another-secret-of-the-other-person", (await OpenAsync(id)).Secret);
        Assert.Equal(1, await SecretRowsAsync());
    }

    [Fact]
    public async Task Headers_without_a_value_keep_the_stored_one_and_those_left_out_go()
    {
        var id = (await SaveAsync(new { name = "Own", type = "custom", endpointUrl = "https://models.example", headers = new object[] { Header("X-One", "one-secret"), Header("X-Two", "two-secret") } })).Text("aiProvider", "id");

        var renamed = await SaveAsync(new { aiProviderId = id, name = "Renamed", type = "custom", headers = new object[] { Header("x-two", null), Header("X-One", null) } });
        var afterRename = await OpenAsync(id);
        var fewer = await SaveAsync(new { aiProviderId = id, type = "custom", headers = new object[] { Header("X-Two", null) } });
        var afterwards = await OpenAsync(id);
        var replaced = await SaveAsync(new { aiProviderId = id, type = "custom", headers = new object[] { Header("X-Two", "another-secret") } });

        Assert.Empty(renamed.Errors);
        Assert.Equal(["X-One=one-secret", "x-two=two-secret"], afterRename.Headers.Order(StringComparer.Ordinal));
        Assert.Empty(fewer.Errors);
        Assert.Equal(["X-Two=two-secret"], afterwards.Headers);
        Assert.Empty(replaced.Errors);
        Assert.Equal(["X-Two=another-secret"], (await OpenAsync(id)).Headers);
        Assert.Equal(1, await SecretRowsAsync());
    }

    [Fact]
    public async Task Header_is_taken_away_without_the_secret_and_given_only_with_it()
    {
        var id = (await SaveAsync(new { type = "openai", secret = Provider.Secret, headers = new object[] { Header("X-One", "one"), Header("X-Two", "two") } })).Text("aiProvider", "id");

        var fewer = await SaveAsync(new { aiProviderId = id, type = "openai", headers = new object[] { Header("X-Two", null) } });
        var anew = await SaveAsync(new { aiProviderId = id, type = "openai", headers = new object[] { Header("X-Two", "two") } });
        var none = await SaveAsync(new { aiProviderId = id, type = "openai", headers = (object?)null });

        Assert.Equal("""[{"name":"X-Two","preview":"***"}]""", fewer["aiProvider", "headers"].GetRawText());
        Assert.Equal(["ValidationError input.secret"], anew.Errors);
        Assert.Equal("[]", none["aiProvider", "headers"].GetRawText());
        Assert.Equal(Provider.Secret, (await OpenAsync(id)).Secret);
        Assert.Equal(1, await SecretRowsAsync());
    }

    [Fact]
    public async Task Secret_settings_are_sealed_masked_and_kept()
    {
        var settings = new[] { Setting("region", "us-east-1"), Setting("access_key", "AKIAIOSFODNN7EXAMPLE"), Setting("session_token", "session-token-that-is-longer-than-28") };
        var made = await SaveAsync(new { type = "bedrock", secret = Provider.Secret, settings });
        var id = made.Text("aiProvider", "id");

        var moved = await SaveAsync(new { aiProviderId = id, type = "bedrock", settings = new[] { Setting("region", "eu-west-1") } });
        var vera = await Team.JoinAsync(Team.Viewers);
        var seen = await Team.QueryAsync(vera.Client, "aiProviders { nodes { preview settings { name value } } }");
        var removed = await SaveAsync(new { aiProviderId = id, type = "bedrock", settings = new[] { Setting("region", "eu-west-1"), Setting("session_token", "") } });

        Assert.Equal("""[{"name":"region","value":"us-east-1"},{"name":"access_key","value":"***"},{"name":"session_token","value":"ses...n-28"}]""", made["aiProvider", "settings"].GetRawText());
        Assert.Equal("""[{"name":"region","value":"eu-west-1"},{"name":"access_key","value":"***"},{"name":"session_token","value":"ses...n-28"}]""", moved["aiProvider", "settings"].GetRawText());
        Assert.Equal(
            """[{"preview":null,"settings":[{"name":"region","value":"eu-west-1"},{"name":"access_key","value":"***"},{"name":"session_token","value":"***"}]}]""",
            seen.GetProperty("aiProviders").GetProperty("nodes").GetRawText());
        Assert.Equal("""[{"name":"region","value":"eu-west-1"},{"name":"access_key","value":"***"}]""", removed["aiProvider", "settings"].GetRawText());
        Assert.Equal(["access_key=AKIAIOSFODNN7EXAMPLE"], (await OpenAsync(id)).Settings);
        Assert.Equal(2, await SecretRowsAsync());
        Assert.Equal(["ValidationError input.settings"], (await SaveAsync(new { aiProviderId = id, type = "bedrock", settings = new[] { Setting("region", "eu-west-1"), Setting("access_key", "") } })).Errors);
    }

    [Fact]
    public async Task Secret_is_erased_when_removed_where_it_is_not_needed()
    {
        var id = await Team.ProviderAsync("Own", "custom");
        var needed = await Team.ProviderAsync("Needs one");

        var removed = await SaveAsync(new { aiProviderId = id, type = "custom", removeSecret = true });

        Assert.Empty(removed.Errors);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (removed["aiProvider", "preview"].ValueKind, removed["aiProvider", "secretUpdatedAt"].ValueKind));
        Assert.Equal(["ValidationError input.removeSecret"], (await SaveAsync(new { aiProviderId = needed, type = "openai", removeSecret = true })).Errors);
        Assert.Equal(1, await SecretRowsAsync());
    }

    public static TheoryData<string> Elsewhere => new(
        """{ "type": "anthropic" }""",
        """{ "type": "custom", "endpointUrl": "https://evil.example" }""",
        """{ "type": "openai", "endpointUrl": "https://evil.example" }""",
        """{ "type": "openai", "settings": [{ "name": "api_base", "value": "https://evil.example" }] }""",
        """{ "type": "openai", "settings": [] }""",
        """{ "type": "openai", "settings": [{ "name": "api_base", "value": "https://good.example" }, { "name": "unknown_base", "value": "evil.example" }] }""",
        """{ "type": "openai", "headers": [{ "name": "X-Known", "value": "known" }, { "name": "X-Copy", "value": "{{api_key}}" }] }""",
        """{ "type": "openai", "headers": [{ "name": "X-Known", "value": "{{api_key}}" }] }""");

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task Secret_is_asked_for_again_when_it_would_go_elsewhere(string change)
    {
        var id = (await SaveAsync(new
        {
            name = "Main",
            type = "openai",
            secret = Provider.Secret,
            settings = new[] { Setting("api_base", "https://good.example") },
            headers = new object[] { Header("X-Known", "known-value") },
        })).Text("aiProvider", "id");
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(change)!;
        fields["aiProviderId"] = JsonSerializer.SerializeToElement(id);
        fields["name"] = JsonSerializer.SerializeToElement("Main");

        var byId = await SaveAsync(fields);
        fields.Remove("aiProviderId");
        var byName = await SaveAsync(fields);

        Assert.Equal(["ValidationError input.secret"], byId.Errors);
        Assert.Equal(["ValidationError input.secret"], byName.Errors);
        Assert.Equal(Provider.Secret, (await OpenAsync(id)).Secret);
        fields["secret"] = JsonSerializer.SerializeToElement("new-secret");
        fields["headers"] = fields.GetValueOrDefault("headers", JsonSerializer.SerializeToElement(new[] { Header("X-Known", "again") }));
        Assert.Empty((await SaveAsync(fields)).Errors);
    }

    [Fact]
    public async Task Header_value_is_asked_for_again_when_it_would_go_elsewhere()
    {
        object[] headers = [Header("X-One", "one"), Header("X-Two", "two")];
        var id = (await SaveAsync(new { name = "Own", type = "custom", endpointUrl = "https://good.example", headers })).Text("aiProvider", "id");

        var whole = await SaveAsync(new { aiProviderId = id, type = "custom", endpointUrl = "https://evil.example" });
        var second = await SaveAsync(new { aiProviderId = id, type = "custom", endpointUrl = "https://evil.example", headers = new object[] { Header("X-One", "again"), Header("X-Two", null) } });
        var added = await SaveAsync(new { aiProviderId = id, type = "custom", headers = new object[] { Header("X-One", null), Header("X-Two", null), Header("Helicone-Target-Url", "https://evil.example") } });
        var withSecret = await SaveAsync(new { aiProviderId = id, type = "custom", endpointUrl = "https://evil.example", secret = "mine", headers = new object[] { Header("X-One", null) } });

        Assert.Equal(["ValidationError input.headers"], whole.Errors);
        Assert.Equal(["ValidationError input.headers.1"], second.Errors);
        Assert.Equal(["ValidationError input.headers.0"], added.Errors);
        Assert.Equal(["ValidationError input.headers.0"], withSecret.Errors);
        Assert.Equal(["X-One=one", "X-Two=two"], (await OpenAsync(id)).Headers);
    }

    [Fact]
    public async Task Secret_setting_is_asked_for_again_when_it_would_go_elsewhere()
    {
        var id = (await SaveAsync(new { type = "bedrock", secret = Provider.Secret, settings = new[] { Setting("region", "us-east-1"), Setting("access_key", "AKIA") } })).Text("aiProvider", "id");

        var moved = await SaveAsync(new { aiProviderId = id, type = "bedrock", secret = "mine", settings = new[] { Setting("region", "us-east-1"), Setting("api_base", "https://evil.example") } });
        var otherKind = await SaveAsync(new { aiProviderId = id, type = "custom", secret = "mine", endpointUrl = "https://evil.example" });

        Assert.Equal(["ValidationError input.settings"], moved.Errors);
        Assert.Empty(otherKind.Errors);
        Assert.Equal("[]", otherKind["aiProvider", "settings"].GetRawText());
        Assert.Equal(("mine", 0), ((await OpenAsync(id)).Secret, (await OpenAsync(id)).Settings.Length));
        Assert.Equal(1, await SecretRowsAsync());
    }

    [Fact]
    public async Task Override_in_a_project_has_no_part_of_the_organizations_secret()
    {
        var project = await Team.ProjectAsync("Bot");
        await Team.ProviderAsync("Own", "custom");
        var eli = await Team.JoinAsync(Team.Engineers);

        var made = await eli.Client.MutateAsync(
            "saveAiProvider", new { organizationId = Team.Id, projectId = project, type = "custom", name = "Own", endpointUrl = "https://evil.example", headers = new[] { Header("X-Copy", "{{api_key}}") } }, "aiProvider { id preview }");

        Assert.Empty(made.Errors);
        Assert.Equal(JsonValueKind.Null, made["aiProvider", "preview"].ValueKind);
        Assert.Null((await OpenAsync(made.Text("aiProvider", "id"))).Secret);
    }

    private Task<Payload> SaveAsync(object input)
    {
        var fields = JsonSerializer.SerializeToNode(input)!.AsObject();
        fields["organizationId"] = Team.Id;
        return Owner.MutateAsync("saveAiProvider", fields, Provider.Whole);
    }

    private Guid Organization => GlobalId.Parse(Team.Id, "id").Id;

    // What the run time would get: opened from the vault as the snapshot points to it.
    private async Task<(string? Secret, string[] Headers, string[] Settings)> OpenAsync(string id)
    {
        var snapshot = (OrganizationSnapshot)(await App.Services.GetRequiredService<SnapshotStore>().GetAsync(Organization, CancellationToken.None))!;
        var row = snapshot.AiProviders.All[GlobalId.Parse(id, "id").Id]!;
        var secret = row.Secret is { } text ? await OneAsync(text, ProviderSecrets.SecretField) : null;
        var headers = new List<string>();
        foreach (var header in row.Headers)
        {
            headers.Add($"{header.Name}={await OneAsync(header.Value, ProviderSecrets.HeaderField)}");
        }

        var settings = new List<string>();
        foreach (var setting in row.Settings.Where(setting => setting.Secret is not null))
        {
            settings.Add($"{setting.Name}={await OneAsync(setting.Secret!, ProviderSecrets.SettingField)}");
        }

        return (secret, [.. headers], [.. settings]);
    }

    private async Task<string> OneAsync(StoredText text, string field) =>
        (await App.Services.GetRequiredService<SecretVault>().OpenAsync(Organization, text.SecretId, field, CancellationToken.None))!.Reveal();

    private async Task<int> SecretRowsAsync() =>
        (await App.Services.GetRequiredService<Database>().QueryAsync(StoredSecretRow.Table, "OrganizationId = @organization", CancellationToken.None, ("organization", Organization))).Count;

    private static object Header(string name, string? value) => new { name, value };

    private static object Setting(string name, string value) => new { name, value };
}
