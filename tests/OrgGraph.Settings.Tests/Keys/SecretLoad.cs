using System.Globalization;
using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Tests.Crashes;
using OrgGraph.Settings.Tests.Http;

namespace OrgGraph.Settings.Tests.Keys;

/// <summary>Many secrets on a server of its own, read and replaced all the time, and what they must be.</summary>
internal sealed class SecretLoad
{
    private readonly RunningServer _server;
    private readonly string _acme;
    private readonly string _owner;
    private readonly string _runner;
    private int _written;
    private int _read;

    private SecretLoad(RunningServer server, string acme, string owner, string runner) => (_server, _acme, _owner, _runner) = (server, acme, owner, runner);

    /// <summary>How often all were read, each time whole.</summary>
    public int Read => _read;

    public int Written => _written;

    /// <summary>The demo organization with so many variables, and a program that may read them.</summary>
    public static async Task<SecretLoad> StartAsync(RunningServer server, int variables)
    {
        var owner = await server.SignInAsync("olivia@acme.test");
        var acme = await server.AcmeAsync(owner);
        var dotenv = new StringBuilder();
        for (var i = 0; i < variables; i++)
        {
            dotenv.Append(CultureInfo.InvariantCulture, $"V{i}=value-{i}\\n");
        }

        await PayloadAsync(server, owner, "importEnvironmentVariables", $"organizationId: \"{acme}\", dotenv: \"{dotenv}\"", "errors { __typename }");
        var made = await PayloadAsync(
            server, owner, "createServiceAccount", $"organizationId: \"{acme}\", name: \"Runner\", tokenName: \"T\", permissions: [{{permission: RESOLVE_SECRETS, resource: {{type: ORGANIZATION}}}}]", "secret");
        return new SecretLoad(server, acme, owner, made.GetProperty("secret").GetString()!);
    }

    /// <summary>Reads and writes until told to stop; anything wrong throws.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Task.Run(() => ReadAsync(stop), CancellationToken.None), Task.Run(() => WriteAsync(stop), CancellationToken.None));

    /// <summary>All values by name, as a program gets them.</summary>
    public async Task<Dictionary<string, string>> ResolveAsync(RunningServer? server = null)
    {
        var answer = await (server ?? _server).SendAsync(_runner, $"{{ runtime(organizationId: \"{_acme}\") {{ environmentVariables {{ name value }} aiProviderCredentials {{ name secret }} }} }}");
        Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
        var runtime = answer.GetProperty("data").GetProperty("runtime");
        Assert.All(runtime.GetProperty("aiProviderCredentials").EnumerateArray(), provider => Assert.NotEqual("", provider.GetProperty("secret").GetString()));
        return runtime.GetProperty("environmentVariables").EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("value").GetString()!);
    }

    /// <summary>Holds that every value is the one that was saved.</summary>
    public static void Check(Dictionary<string, string> values, int variables)
    {
        for (var i = 0; i < variables; i++)
        {
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"value-{i}"), values[string.Create(CultureInfo.InvariantCulture, $"V{i}")]);
        }
    }

    /// <summary>The key-encryption keys that stored secrets are under.</summary>
    public static List<string> KeysOf(CrashPlace place) => place.Names("SELECT DISTINCT KeyId FROM Secrets ORDER BY KeyId");

    private async Task ReadAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var values = await ResolveAsync();
            Assert.All(values.Where(value => value.Key[0] == 'V'), value => Assert.Equal("value-" + value.Key[1..], value.Value));
            Interlocked.Increment(ref _read);
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"written-{_written + 1}");
            var saved = await PayloadAsync(_server, _owner, "setEnvironmentVariable", $"organizationId: \"{_acme}\", name: \"WRITTEN\", value: \"{text}\"", "errors { __typename }");
            Assert.Equal(0, saved.GetProperty("errors").GetArrayLength());
            Interlocked.Increment(ref _written);
            Assert.Equal(text, (await ResolveAsync())["WRITTEN"]);
        }
    }

    private static async Task<JsonElement> PayloadAsync(RunningServer server, string token, string mutation, string input, string selection)
    {
        var answer = await server.SendAsync(token, $"mutation {{ {mutation}(input: {{{input}}}) {{ {selection} }} }}");
        Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
        return answer.GetProperty("data").GetProperty(mutation);
    }
}
