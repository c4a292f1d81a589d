using System.Diagnostics;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>When the server does not start outside Development, what it says then, and that it does start once told everything.</summary>
public sealed class StartTests : IDisposable
{
    private static readonly (string, string)[] Good =
    [
        ("OrgGraph__Authentication__Issuers__0__Authority", "https://login.acme.test"), ("OrgGraph__Authentication__Issuers__0__Audience", "orggraph"), ("OrgGraph__PublicUrl", "https://settings.acme.test"),
        ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
    ];

    private readonly ServerProcess _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("OrgGraph__Authentication__Issuers__0__Authority", null, "OrgGraph__Authentication__Issuers__0__Authority must be the issuer's address")]
    [InlineData("OrgGraph__Authentication__Issuers__0__Authority", "http://login.acme.test", "OrgGraph__Authentication__Issuers__0__Authority must be https outside Development")]
    [InlineData("OrgGraph__Authentication__Issuers__0__Audience", null, "OrgGraph__Authentication__Issuers__0__Audience must be set")]
    [InlineData("OrgGraph__PublicUrl", null, "set OrgGraph__PublicUrl to the server's https address")]
    [InlineData("OrgGraph__PublicUrl", "http://settings.acme.test", "set OrgGraph__PublicUrl to the server's https address")]
    [InlineData("OrgGraph__Demo", "true", "outside Development OrgGraph__Demo must be false")]
    [InlineData("OrgGraph__Database__Provider", "Oracle", "OrgGraph__Database__Provider=Oracle is not supported")]
    [InlineData("OrgGraph__Introspection", "Somebody", "OrgGraph:Introspection")]
    [InlineData("OrgGraph__Outbound__AllowedNetworks", "10.0.0.0/8,nowhere", "OrgGraph__Outbound__AllowedNetworks: nowhere is no network")]
    [InlineData("OrgGraph__AiProviders__BaseUrls__nobody", "https://models.acme.test", "OrgGraph__AiProviders__BaseUrls__nobody: there is no AI provider of that type")]
    [InlineData("OrgGraph__AiProviders__BaseUrls__openai", "models.acme.test", "OrgGraph__AiProviders__BaseUrls__openai: models.acme.test is no http or https address")]
    [InlineData("nothing", "", "There is no key ring at")]
    public async Task Refused_when_something_must_be_set_first(string key, string? value, string message)
    {
        var environment = Good.Where(setting => setting.Item1 != key).Concat(value is null ? [] : [(key, value)]).ToArray();

        var (exit, output, error) = await _server.RunAsync("", environment);

        Assert.Equal((1, ""), (exit, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_server.Data), "A refused start left a data folder behind.");
    }

    [Fact]
    public async Task Refused_when_nobody_could_sign_in()
    {
        var (exit, _, error) = await _server.RunAsync("");

        Assert.Equal(1, exit);
        Assert.Contains("Nobody could sign in: set OrgGraph__Authentication__Issuers__0__Authority", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_when_the_data_folder_cannot_be_made()
    {
        await File.WriteAllTextAsync(_server.Data, "a file in its place");

        var (exit, _, error) = await _server.RunAsync("database migrate");

        Assert.Equal(1, exit);
        Assert.Contains("cannot be written", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serves_when_keys_and_database_were_made_and_stops_when_told()
    {
        Assert.Equal(0, (await _server.RunAsync("keys create")).Exit);
        var again = await _server.RunAsync("keys create");
        Assert.Equal(1, again.Exit);
        Assert.NotEqual("", again.Error);
        var pending = await _server.RunAsync("", Good);
        Assert.Equal(1, pending.Exit);
        Assert.Contains("migrations are pending: run `database migrate`", pending.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _server.RunAsync("database migrate")).Exit);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_server.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
            var open = await _server.RunAsync("", Good);
            Assert.Equal(1, open.Exit);
            Assert.Contains("is open to others: chmod 700 it", open.Error, StringComparison.Ordinal);
            File.SetUnixFileMode(_server.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var process = _server.Start("", Good);
        try
        {
            await AssertServesAsync(await ServerProcess.AddressAsync(process));
            using var stop = Process.Start("kill", $"-TERM {process.Id}");
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static async Task AssertServesAsync(string address)
    {
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        using var ready = await http.GetAsync("/health/ready");
        Assert.True(ready.IsSuccessStatusCode, await ready.Content.ReadAsStringAsync());
        Assert.StartsWith("max-age=", Assert.Single(ready.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
        using var demo = await http.PostAsync("/demo/token", new StringContent("{\"email\":\"olivia@acme.test\"}"));
        Assert.Equal(404, (int)demo.StatusCode);
        Assert.Equal(404, (int)(await http.GetAsync("/graphql?sdl")).StatusCode);
        using var page = new HttpRequestMessage(HttpMethod.Get, "/graphql") { Headers = { { "Accept", "text/html" } } };
        Assert.Equal(404, (int)(await http.SendAsync(page)).StatusCode);
    }
}
