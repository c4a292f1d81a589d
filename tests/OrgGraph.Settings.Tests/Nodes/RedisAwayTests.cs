using OrgGraph.Settings.Tests.Http;

namespace OrgGraph.Settings.Tests.Nodes;

/// <summary>The back-plane's address, when nothing answers there or when it is none.</summary>
public sealed class RedisAwayTests : IDisposable
{
    private readonly ServerProcess _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Writes_are_answered_when_redis_never_was_there()
    {
        // Nothing listens on port 1.
        await using var server = await RunningServer.StartAsync(_server, environment: ("OrgGraph__BackPlane__Redis", "127.0.0.1:1,password=hunter2"));
        var olivia = await server.SignInAsync("olivia@acme.test");
        var acme = await server.AcmeAsync(olivia);
        for (var i = 0; i < 20; i++)
        {
            var made = await server.SendAsync(olivia, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"Alone {i}\"}}) {{ version errors {{ __typename }} }} }}");
            Assert.False(made.TryGetProperty("errors", out _), made.GetRawText());
        }

        Assert.Matches("""(?m)^orggraph_server_back_plane_up(_connection)?(\{[^}]*\})? 0( |$)""", await server.Http.GetStringAsync("/metrics"));
        server.Terminate();
        Assert.Equal(0, await server.ExitAsync());
        var log = await server.Log;
        Assert.Equal(1, log.Split("The back-plane cannot be reached").Length - 1);
        Assert.DoesNotContain("hunter2", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_is_refused_when_the_address_is_none()
    {
        var (exit, output, error) = await _server.RunAsync("", ("ASPNETCORE_ENVIRONMENT", "Development"), ("OrgGraph__BackPlane__Redis", "127.0.0.1:6379,passwort=hunter2"));

        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("OrgGraph__BackPlane__Redis is no Redis connection string", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }
}
