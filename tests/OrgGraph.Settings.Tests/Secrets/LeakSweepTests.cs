using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Tests.Operations;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Secrets;

/// <summary>Looks for planted secrets everywhere that they must not be.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed partial class LeakSweepTests : OrgGraphTest
{
    private readonly List<string> _secrets = [];
    private readonly Spans _spans = new();

    // What an operator may turn on to find a fault: the framework's log at its most talkative.
    protected override (string Key, string Value)[] Settings => [("Logging:LogLevel:Microsoft.AspNetCore", "Trace"), ("Logging:LogLevel:Microsoft.EntityFrameworkCore", "Trace"), .. _slack.Settings];

    protected override Action<IServiceCollection> Configure => _spans.Listen;

    [Fact]
    public async Task Secrets_are_nowhere_but_where_they_were_handed_out()
    {
        var olivia = await App.OliviaAsync();
        var (_, cursor) = await olivia.PlaceAsync();
        var tokens = await ActAsync(olivia);
        await ProvideAsync(olivia);
        await RunAsync(olivia);
        await ConnectAsync(olivia);
        await InstallAsync(olivia);
        await FailAsync(olivia);

        var events = await WholeStreamAsync(olivia, cursor);
        var queries = await WholeSchemaAsync(olivia);

        Assert.NotEmpty(_secrets);
        Assert.True(events.Length > 500 && queries.Length > 2_000);
        Sweep("events", [.. Encoding.UTF8.GetBytes(events)], _secrets);
        Sweep("queries", [.. Encoding.UTF8.GetBytes(queries)], _secrets);
        Sweep("logs", [.. Encoding.UTF8.GetBytes(string.Join('\n', App.Logs.Lines))], _secrets);
        await SweepFilesAsync(tokens);
        SweepForKeys();
        var metrics = await Scrape.OfAsync(App);
        Sweep("metrics", [.. Encoding.UTF8.GetBytes(metrics.Text)], _secrets);
        Sweep("spans", [.. Encoding.UTF8.GetBytes(string.Join('\n', _spans.Texts()))], _secrets);
        Assert.True(metrics["orggraph_mutations_total{orggraph_mutation_name=\"createApiKey\",orggraph_mutation_outcome=\"accepted\"}"] > 0 && _spans.All.Any(span => span.DisplayName == "append"));
        Assert.Contains(App.Logs.Lines, line => line.StartsWith("Debug Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    private async Task<Dictionary<string, string>> ActAsync(Client olivia)
    {
        _secrets.Add(olivia.Credential!);
        var made = await olivia.MutateAsync("createApiKey", new { organizationId = App.Acme, name = "Swept" }, "secret apiKey { id }");
        var rotated = await olivia.MutateAsync("rotateApiKey", new { apiKeyId = made.Text("apiKey", "id"), overlapSeconds = 60 }, "secret");
        _secrets.AddRange([made.Text("secret"), rotated.Text("secret")]);
        var key = App.With(rotated.Text("secret"));
        await key.QueryAsync("{ viewer { credential { preview } } }");
        await key.SendMutationAsync("createApiKey", new { organizationId = App.Acme, name = "Refused" }, "secret");

        var account = await olivia.MutateAsync(
            "createServiceAccount", new { organizationId = App.Acme, name = "Swept account", tokenName = "Swept", groupIds = new[] { await App.GroupIdAsync("Owners") } }, "secret serviceAccount { id } serviceToken { id }");
        var replaced = await olivia.MutateAsync("rotateServiceToken", new { serviceTokenId = account.Text("serviceToken", "id"), overlapSeconds = 60 }, "secret");
        _secrets.AddRange([account.Text("secret"), replaced.Text("secret")]);
        var another = await App.With(replaced.Text("secret")).MutateAsync("createServiceToken", new { serviceAccountId = account.Text("serviceAccount", "id"), name = "Swept too" }, "secret");
        _secrets.Add(another.Text("secret"));

        var tokens = new Dictionary<string, string>();
        foreach (var email in new[] { "first@sweep.test", "second@sweep.test" })
        {
            await olivia.InviteAsync(email);
            tokens[email] = await App.TokenOfAsync(email);
        }

        _secrets.AddRange(tokens.Values);
        await App.Anonymous.QueryAsync("query($token: String!) { invitation(token: $token) { email } }", new { token = tokens["first@sweep.test"] });
        await App.Anonymous.QueryAsync($"{{ invitation(token: \"{tokens["second@sweep.test"]}\") {{ email }} }}");
        var second = await App.SignInAsync("second@sweep.test");
        _secrets.Add(second.Credential!);
        await second.MutateAsync("acceptInvitation", new { token = tokens["first@sweep.test"] });
        await second.MutateAsync("acceptInvitation", new { token = tokens["second@sweep.test"] });
        return tokens;
    }

    // Providers with all that may be secret of them: saved, refused, replaced, tried at a vendor that says back what it hears, deleted.
    private async Task ProvideAsync(Client olivia)
    {
        string[] planted = [.. Enumerable.Range(1, 6).Select(i => $"planted{i}-of-a-provider-0123456789-abcdefghij-{i}{i}{i}{i}{i}{i}")];
        _secrets.AddRange(planted);
        await using var vendor = Outbound.PlayingServer.Start();
        vendor.Play = (stream, request, cancellation) =>
            Outbound.PlayingServer.Answer(401, string.Join('\n', request.Headers), $"X-Echo: {request.Header("X-Planted")}", $"Location: /{request.Header("Authorization")[7..]}")(stream, request, cancellation);
        object Own(string? secret, string? header, string endpointUrl) => new
        {
            organizationId = App.Acme,
            type = "custom",
            name = "Swept",
            secret,
            endpointUrl,
            headers = new[] { new { name = "X-Planted", value = header }, new { name = "X-Copy", value = (string?)"{{api_key}} for {{email}}" } },
        };

        var saved = await olivia.MutateAsync("saveAiProvider", Own(planted[0], planted[1], vendor.Address), "aiProvider { id preview headers { preview } }");
        await olivia.MutateAsync("saveAiProvider", Own(planted[2], planted[3], vendor.Address));
        await olivia.MutateAsync("saveAiProvider", Own(null, null, "http://127.0.0.1:1/"));
        await olivia.MutateAsync("saveAiProvider", Own(planted[0], planted[1] + "\n", vendor.Address));
        await olivia.SendMutationAsync("saveAiProvider", new { organizationId = App.Acme, type = "custom", secret = planted[0], nothing = planted[1] });
        await olivia.MutateAsync(
            "saveAiProvider",
            new { organizationId = App.Acme, type = "bedrock", secret = planted[4], settings = new[] { new { name = "region", value = "us-east-1" }, new { name = "access_key", value = planted[5] } } });
        var aiProviderId = saved.Text("aiProvider", "id");
        var tested = await olivia.MutateAsync("testAiProvider", new { organizationId = App.Acme, aiProviderId }, "test { outcome message url }");
        var unreachable = await olivia.MutateAsync("testAiProvider", Test("http://127.0.0.1:1/"), "test { outcome message url }");
        var blocked = await olivia.MutateAsync("testAiProvider", Test("http://169.254.169.254/"), "test { outcome message url }");
        var gone = await olivia.MutateAsync("saveAiProvider", new { organizationId = App.Acme, type = "groq", secret = planted[0] }, "aiProvider { id }");
        await olivia.MutateAsync("deleteAiProvider", new { aiProviderId = gone.Text("aiProvider", "id") });

        Assert.Equal(["REJECTED", "UNREACHABLE", "BLOCKED"], [tested.Text("test", "outcome"), unreachable.Text("test", "outcome"), blocked.Text("test", "outcome")]);
        var heard = Assert.Single(vendor.Heard);
        Assert.Equal(("Bearer " + planted[2], planted[3]), (heard.Header("Authorization"), heard.Header("X-Planted")));
        Sweep("answers", [.. Encoding.UTF8.GetBytes(string.Join('\n', saved.Json, tested.Json, unreachable.Json, blocked.Json))], planted);

        object Test(string endpointUrl) => new { organizationId = App.Acme, type = "custom", secret = planted[0], endpointUrl, headers = new[] { new { name = "X-Planted", value = planted[1] } } };
    }

    // Secrets in places where they do not belong: names, documents that do not parse, unknown operations, addresses.
    private async Task FailAsync(Client olivia)
    {
        var secret = _secrets[1];
        await olivia.SendAsync($"{{ \"{secret}\"");
        await olivia.SendAsync($"{{ nothing(a: \"{secret}\") }}");
        await olivia.SendAsync("query($token: Int!) { invitation(token: $token) { email } }", new { token = secret });
        await olivia.SendAsync("{ node(id: \"x\") { id } }", new { secret });
        await App.With(secret[..^1]).SendAsync("{ viewer { principal { id } } }");
        await App.With(secret + "x").SendAsync("{ viewer { principal { id } } }");
        using var response = await App.Http.GetAsync("/graphql?query=" + Uri.EscapeDataString("{ viewer { principal { id } } }"));
        await App.PassAsync(TimeSpan.FromSeconds(61));
        await App.With(secret).SendAsync("{ viewer { principal { id } } }");
    }

    private async Task<string> WholeStreamAsync(Client olivia, string cursor)
    {
        var text = new StringBuilder();
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "The last" });

        // All kinds of events with all their fields are more than one document may hold.
        foreach (var kinds in (await SelectionsAsync(olivia, "OrganizationEvent", 3)).Chunk(8))
        {
            text.AppendLine(await StreamAsync(olivia, cursor, string.Join(' ', kinds)));
        }

        return text.ToString();
    }

    private async Task<string> StreamAsync(Client olivia, string cursor, string fields)
    {
        await using var stream = await olivia.SubscribeAsync(
            $"subscription($id: ID!, $after: String) {{ organizationEvents(organizationId: $id, after: $after) {{ __typename subjectName {fields} }} }}", new { id = App.Acme, after = cursor });
        var text = new StringBuilder();
        while (true)
        {
            var next = await stream.NextAsync();
            Assert.False(next.TryGetProperty("errors", out var errors), errors.ToString());
            text.AppendLine(next.GetRawText());
            if (next.GetProperty("data").EnumerateObject().Single().Value.GetProperty("subjectName").GetString() == "The last")
            {
                return text.ToString();
            }
        }
    }

    // Everything that the organization shows, three levels deep.
    private async Task<string> WholeSchemaAsync(Client olivia)
    {
        var text = new StringBuilder();
        foreach (var field in await FieldsAsync(olivia, "Organization"))
        {
            // `project` needs one of two optional arguments; what it shows, `projects` shows.
            if (field.GetProperty("name").GetString() != "project" && await SelectionAsync(olivia, field, 3) is { } selection)
            {
                var answer = await olivia.SendAsync($"query($id: ID!) {{ organization(id: $id) {{ {selection} }} }}", new { id = App.Acme });
                Assert.True(answer.Errors is null, answer.Text);
                text.AppendLine(answer.Text);
            }
        }

        return text.AppendLine((await olivia.SendAsync("{ viewer { principal { id displayName } credential { kind preview expiresAt } invitations { invitationId email } } }")).Text).ToString();
    }

    private async Task<List<string>> SelectionsAsync(Client client, string type, int depth)
    {
        var data = await client.QueryAsync("query($name: String!) { __type(name: $name) { kind possibleTypes { name } } }", new { name = type });
        var possible = data.GetProperty("__type").GetProperty("possibleTypes").EnumerateArray().Select(one => one.GetProperty("name").GetString()!);
        var parts = new List<string>();
        foreach (var one in possible)
        {
            var fields = new List<string>();
            foreach (var field in await FieldsAsync(client, one))
            {
                if (field.GetProperty("name").GetString() is not ("organization" or "actor") && await SelectionAsync(client, field, depth - 1, one) is { } selection)
                {
                    fields.Add(selection);
                }
            }

            parts.Add($"... on {one} {{ {string.Join(' ', fields)} }}");
        }

        return parts;
    }

    // Aliased by the type, as two types may have fields of one name and different nullability.
    private async Task<string?> SelectionAsync(Client client, JsonElement field, int depth, string prefix = "")
    {
        var name = field.GetProperty("name").GetString()!;
        var alias = prefix.Length == 0 ? name : $"{prefix}_{name}: {name}";

        // Pages so small that all of it together costs no more than is allowed; what is newest stands first.
        var page = field.GetProperty("args").EnumerateArray().Any(argument => argument.GetProperty("name").GetString() == "first") ? depth == 3 ? "(first: 4)" : "(first: 3)" : "";
        if (field.GetProperty("args").EnumerateArray().Any(argument => argument.GetProperty("type").GetProperty("kind").GetString() == "NON_NULL" && argument.GetProperty("defaultValue").ValueKind == JsonValueKind.Null))
        {
            return null;
        }

        var type = field.GetProperty("type");
        while (type.GetProperty("ofType").ValueKind != JsonValueKind.Null)
        {
            type = type.GetProperty("ofType");
        }

        switch (type.GetProperty("kind").GetString())
        {
            case "SCALAR" or "ENUM":
                return alias;
            case "OBJECT" when depth > 0 && type.GetProperty("name").GetString() is { } inner && inner is not ("Organization" or "User"):
                var selections = new List<string>();
                foreach (var one in await FieldsAsync(client, inner))
                {
                    if (one.GetProperty("name").GetString() != "edges" && await SelectionAsync(client, one, one.GetProperty("name").GetString() == "nodes" ? depth : depth - 1) is { } selection)
                    {
                        selections.Add(selection);
                    }
                }

                return selections.Count == 0 ? null : $"{alias}{page} {{ {string.Join(' ', selections)} }}";
            default:
                return null;
        }
    }

    private static async Task<JsonElement[]> FieldsAsync(Client client, string type)
    {
        var data = await client.QueryAsync(
            "query($name: String!) { __type(name: $name) { fields { name args { name defaultValue type { kind } } type { ...t ofType { ...t ofType { ...t ofType { ...t ofType { kind name } } } } } } } } fragment t on __Type { kind name }",
            new { name = type });
        return [.. data.GetProperty("__type").GetProperty("fields").EnumerateArray()];
    }

    private async Task SweepFilesAsync(Dictionary<string, string> tokens)
    {
        var files = Directory.GetFiles(App.DataDirectory, "*", SearchOption.AllDirectories);
        // Where the database's own files cannot be read, its rows can.
        Assert.True(TestDatabase.IsSqlServer || files.Any(file => file.EndsWith("-wal", StringComparison.Ordinal)));
        Sweep("the tables", Encoding.UTF8.GetBytes(string.Join('\n', await Authorization.DatabaseDump.RowsAsync(App))), _secrets);
        foreach (var file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            var own = file.EndsWith(".eml", StringComparison.Ordinal) ? tokens.GetValueOrDefault(MimeKit.MimeMessage.Load(file).To.Mailboxes.Single().Address) : null;
            Sweep(Path.GetRelativePath(App.DataDirectory, file), bytes.ToArray(), _secrets.Where(secret => secret != own));
        }
    }

    private static void Sweep(string place, byte[] content, IEnumerable<string> secrets)
    {
        foreach (var secret in secrets)
        {
            foreach (var (form, bytes) in Forms(secret))
            {
                Assert.False(content.AsSpan().IndexOf(bytes) >= 0, $"A secret stands in {place}, in {form} form: {secret[..6]}...");
            }
        }
    }

    private static IEnumerable<(string Form, byte[] Bytes)> Forms(string secret)
    {
        var raw = Encoding.UTF8.GetBytes(secret);
        yield return ("raw", raw);
        yield return ("random part", raw[^40..^6]);
        yield return ("hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(raw)));
        yield return ("upper hex", Encoding.ASCII.GetBytes(Convert.ToHexString(raw)));
        yield return ("UTF-16", Encoding.Unicode.GetBytes(secret));
        yield return ("JSON", Encoding.UTF8.GetBytes(string.Concat(secret.Select(c => $"\\u{(int)c:x4}"))));

        // Base64 begins at any of three places of a longer text.
        for (var shift = 0; shift < 3; shift++)
        {
            yield return ("base64", Encoding.ASCII.GetBytes(Convert.ToBase64String([.. new byte[shift], .. raw])[4..^4]));
        }
    }
}
