using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Secrets;

/// <summary>Looks for planted secrets everywhere that they must not be.</summary>
public sealed class LeakSweepTests : OrgGraphTest
{
    private readonly List<string> _secrets = [];

    [Fact]
    public async Task Secrets_are_nowhere_but_where_they_were_handed_out()
    {
        var olivia = await App.OliviaAsync();
        var (_, cursor) = await olivia.PlaceAsync();
        var tokens = await ActAsync(olivia);
        await FailAsync(olivia);

        var events = await WholeStreamAsync(olivia, cursor);
        var queries = await WholeSchemaAsync(olivia);

        Assert.NotEmpty(_secrets);
        Assert.True(events.Length > 500 && queries.Length > 2_000);
        Sweep("events", [.. Encoding.UTF8.GetBytes(events)], _secrets);
        Sweep("queries", [.. Encoding.UTF8.GetBytes(queries)], _secrets);
        Sweep("logs", [.. Encoding.UTF8.GetBytes(string.Join('\n', App.Logs.Lines))], _secrets);
        SweepFiles(tokens);
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
        var fields = await SelectionsAsync(olivia, "OrganizationEvent", 3);
        await using var stream = await olivia.SubscribeAsync(
            $"subscription($id: ID!, $after: String) {{ organizationEvents(organizationId: $id, after: $after) {{ __typename subjectName {fields} }} }}", new { id = App.Acme, after = cursor });
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "The last" });
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

    private async Task<string> SelectionsAsync(Client client, string type, int depth)
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

        return string.Join(' ', parts);
    }

    // Aliased by the type, as two types may have fields of one name and different nullability.
    private async Task<string?> SelectionAsync(Client client, JsonElement field, int depth, string prefix = "")
    {
        var name = field.GetProperty("name").GetString()!;
        var alias = prefix.Length == 0 ? name : $"{prefix}_{name}: {name}";
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

                return selections.Count == 0 ? null : $"{alias} {{ {string.Join(' ', selections)} }}";
            default:
                return null;
        }
    }

    private static async Task<JsonElement[]> FieldsAsync(Client client, string type)
    {
        var data = await client.QueryAsync(
            "query($name: String!) { __type(name: $name) { fields { name args { defaultValue type { kind } } type { ...t ofType { ...t ofType { ...t ofType { ...t ofType { kind name } } } } } } } } fragment t on __Type { kind name }",
            new { name = type });
        return [.. data.GetProperty("__type").GetProperty("fields").EnumerateArray()];
    }

    private void SweepFiles(Dictionary<string, string> tokens)
    {
        var files = Directory.GetFiles(App.DataDirectory, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
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
