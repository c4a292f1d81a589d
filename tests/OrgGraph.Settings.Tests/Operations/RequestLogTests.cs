using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>The log as operators read it: a line for each request, found by the trace id of the answer, without anything that was sent.</summary>
public sealed class RequestLogTests : OrgGraphTest
{
    [Fact]
    public async Task Line_tells_operation_outcome_caller_and_organization()
    {
        var olivia = await App.OliviaAsync();
        var user = (await olivia.QueryAsync("{ viewer { principal { id } } }")).GetProperty("viewer").GetProperty("principal").GetProperty("id").GetString();
        var (keyId, key) = await olivia.MakeKeyAsync();

        var (_, page) = await SendAsync(olivia, "query SettingsPage($id: ID!) { organization(id: $id) { name } }", new { id = App.Acme });
        var (_, byKey) = await SendAsync(key, "query SettingsPage($id: ID!) { organization(id: $id) { name } }", new { id = App.Acme });
        var (_, refused) = await SendAsync(olivia, "mutation Make($i: CreateProjectInput!) { createProject(input: $i) { version } }", new { i = new { organizationId = App.Acme, name = "" } });
        var (_, denied) = await SendAsync(App.Anonymous, "{ viewer { principal { id } } }");
        var (_, foreign) = await SendAsync(await App.NoraAsync(), "query($id: ID!) { organization(id: $id) { name } }", new { id = App.Acme });

        Assert.Matches($"^Information OrgGraph.Requests query SettingsPage: OK in [0-9.]+ ms. Caller {user}, credential session, organization {App.Acme}, document [0-9a-f]{{16}}, trace [0-9a-f]{{32}} $", page);
        Assert.Contains($"Caller {user}, credential {keyId}, organization {App.Acme}", byKey, StringComparison.Ordinal);
        Assert.StartsWith("Information OrgGraph.Requests mutation Make: VALIDATION in ", refused, StringComparison.Ordinal);
        Assert.StartsWith("Information OrgGraph.Requests query (unnamed): AUTH_NOT_AUTHENTICATED in ", denied, StringComparison.Ordinal);
        Assert.Contains("Caller nobody, credential none, organization none", denied, StringComparison.Ordinal);
        Assert.Contains("organization none", foreign, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_client_chose_is_cut_off_or_left_out()
    {
        var olivia = await App.OliviaAsync();
        var name = new string('n', 5000);

        var (_, longName) = await SendAsync(olivia, $"query {name} {{ __typename }}");
        var (_, noSuchName) = await SendAsync(olivia, "query A { __typename } query B { __typename }", operationName: "Canary\r\nInformation OrgGraph.Requests forged \u001b[31m");
        var (_, unreadable) = await SendAsync(olivia, "{ canary");
        var (_, garbled) = await SendAsync(App.With("sk-canary"), "{ __typename }");

        Assert.Contains($"query {name[..64]}...: OK", longName, StringComparison.Ordinal);
        Assert.StartsWith("Information OrgGraph.Requests request (no operation): BAD_USER_INPUT in ", noSuchName, StringComparison.Ordinal);
        Assert.StartsWith("Information OrgGraph.Requests request (no operation): BAD_USER_INPUT in ", unreadable, StringComparison.Ordinal);
        Assert.StartsWith("Information OrgGraph.Requests request: AUTH_NOT_AUTHENTICATED 401 before execution: ", garbled, StringComparison.Ordinal);
        Assert.DoesNotContain(App.Logs.Lines, line => line.Contains("canary", StringComparison.OrdinalIgnoreCase) || line.Contains("forged", StringComparison.Ordinal));
        Assert.DoesNotContain(App.Logs.Lines, line => line.Length > 2000);
    }

    [Fact]
    public async Task Who_is_told_to_wait_fills_no_disk()
    {
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:RateLimiting", "true")]);
        Answer answer;
        do
        {
            answer = await app.Anonymous.SendAsync("{ __typename }");
        }
        while (answer.Codes is not ["RATE_LIMITED"]);

        Assert.Contains(app.Logs.Lines, line => line.StartsWith("Debug OrgGraph.Requests query (unnamed): RATE_LIMITED", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Logs.Lines, line => !line.StartsWith("Debug", StringComparison.Ordinal) && line.Contains("RATE_LIMITED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lines_are_JSON_outside_Development_and_quote_no_address()
    {
        using var server = new ServerProcess();
        (string, string)[] environment =
        [
            ("OrgGraph__Authentication__Issuers__0__Authority", "https://login.acme.test"), ("OrgGraph__Authentication__Issuers__0__Audience", "orggraph"), ("OrgGraph__PublicUrl", "https://settings.acme.test"),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"), ("OrgGraph__Database__MigrateOnStart", "true"), ("Logging__LogLevel__Microsoft.AspNetCore", "Information"),
        ];
        Assert.Equal(0, (await server.RunAsync("keys create")).Exit);
        using var process = server.Start("", environment);
        try
        {
            var lines = new List<string>();
            using var http = new HttpClient { BaseAddress = await AddressAsync(process, lines) };
            using var byGet = await http.GetAsync("/graphql?query=%7B__typename%7D&canary=canary");
            using var refused = await http.PostAsJsonAsync("/graphql", new { query = "query Mine { viewer { principal { id } } }", variables = new { canary = "canary" } });
            var trace = Answer.TraceOf(refused);
            while (!lines.Exists(line => line.Contains(trace, StringComparison.Ordinal) && line.Contains("OrgGraph.Requests", StringComparison.Ordinal)))
            {
                lines.Add((await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)))!);
            }

            var state = lines.Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.GetProperty("Category").GetString() == "OrgGraph.Requests")
                .Select(line => line.GetProperty("State")).Single(state => Text(state, "TraceId") == trace);
            Assert.Equal(("query", "Mine", "AUTH_NOT_AUTHENTICATED", trace), (Text(state, "OperationType"), Text(state, "OperationName"), Text(state, "Code"), Text(state, "TraceId")));
            Assert.DoesNotContain(lines, line => line.Contains("canary", StringComparison.Ordinal) || line.Contains("__typename", StringComparison.Ordinal) || line.Contains("begin anew", StringComparison.Ordinal));
        }
        finally
        {
            process.Kill();
        }
    }

    private static string? Text(JsonElement state, string name) => state.GetProperty(name).GetString();

    private static async Task<Uri> AddressAsync(System.Diagnostics.Process process, List<string> lines)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            lines.Add(line);
            if (JsonDocument.Parse(line).RootElement.GetProperty("State").TryGetProperty("Addresses", out var address))
            {
                return new Uri(address.GetString()!);
            }
        }

        throw new InvalidOperationException("The server did not start: " + await process.StandardError.ReadToEndAsync());
    }

    // The answer, and the one line of the log that has its trace id.
    private async Task<(Answer Answer, string Line)> SendAsync(Client client, string query, object? variables = null, string? operationName = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(new { query, variables, operationName }) };
        request.Headers.Authorization = client.Credential is { } credential ? new AuthenticationHeaderValue("Bearer", credential) : null;
        using var response = await App.Http.SendAsync(request);
        var trace = Answer.TraceOf(response);
        var line = Assert.Single(App.Logs.Lines, line => line.Contains(" OrgGraph.Requests ", StringComparison.Ordinal) && line.Contains(trace, StringComparison.Ordinal));
        return (await Answer.ReadAsync(response), line);
    }
}
