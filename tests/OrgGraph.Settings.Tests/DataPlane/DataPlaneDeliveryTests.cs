using OrgGraph.Settings.Tests.Outbound;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.DataPlane;

/// <summary>Data planes that are down, slow, hostile or talk nonsense, and servers that die: in the end one token is there, and it works.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class DataPlaneDeliveryTests : OrgGraphTest
{
    private readonly PlayedDataPlane _plane = new();
    private Team _team = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _team = await Team.FoundAsync(App);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 401 No\r\nContent-Length: 6\r\n\r\nbt-st-", "answered 401: it did not take the token.")]
    [InlineData("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "answered 500: it did not take the token.")]
    [InlineData("HTTP/1.1 302 There\r\nLocation: @\r\nContent-Length: 0\r\n\r\n", "answered 302: it did not take the token.")]
    [InlineData("I speak no HTTP\r\n\r\n", "is no HTTP.")]
    public async Task Failed_at_once_and_made_good_when_the_data_plane_comes_to_its_senses(string answer, string reason)
    {
        await using var elsewhere = new PlayedDataPlane();
        var bytes = System.Text.Encoding.ASCII.GetBytes(answer.Replace("@", elsewhere.Address + "/service-token/upsert", StringComparison.Ordinal));
        _plane.Instead = _ => (stream, _, cancellation) => stream.WriteAsync(bytes, cancellation).AsTask();
        await using var heard = await _team.WatchAsync(_team.Owner.Client, "dataPlaneChanged", "... on DataPlaneTokenChanged { dataPlane { tokenDelivery } }");

        var saved = await _team.SaveAsync(new { apiUrl = _plane.Address });

        Assert.Equal("PENDING", saved.Text("organization", "dataPlane", "tokenDelivery"));
        await _team.EventuallyAsync("FAILED");
        var failed = await _team.DataPlaneAsync();
        Assert.EndsWith($"{reason} It is tried again by itself.", failed.GetProperty("tokenDeliveryError").GetString(), StringComparison.Ordinal);
        Assert.Equal("[]", failed.GetProperty("capabilities").GetRawText());
        await App.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal(failed.GetRawText(), (await _team.DataPlaneAsync()).GetRawText());

        _plane.Instead = _ => null;
        await App.PassAsync(TimeSpan.FromMinutes(20));

        Assert.Equal("DELIVERED", await _team.DeliveryAsync());
        Assert.True(await App.LetsInAsync(Assert.Single(_plane.Kept).Value));
        Assert.Equal((1, 1), await _team.ManagedAsync());
        Assert.Equal(0, elsewhere.Connections);
        Assert.Equal(["PENDING", "FAILED", "DELIVERED"], [await NextAsync(), await NextAsync(), await NextAsync()]);
        Assert.Equal(0, heard.Waiting);

        async Task<string> NextAsync() => (await heard.NextEventAsync("DataPlaneTokenChanged")).GetProperty("dataPlane").GetProperty("tokenDelivery").GetString()!;
    }

    [Fact]
    public async Task Failed_when_it_takes_the_token_and_does_not_know_it_or_floods()
    {
        _plane.Instead = request => request.Line.StartsWith("HEAD", StringComparison.Ordinal) ? PlayingServer.Answer(404, "") : null;
        await _team.SaveAsync(new { apiUrl = _plane.Address });
        await ErrorAsync("answered 404: it took the token, and does not know it.");

        _plane.Instead = _ => PlayingServer.FloodAsync;
        await App.PassAsync(TimeSpan.FromMinutes(20));
        await ErrorAsync("answered far more than a data plane does.");

        _plane.Instead = _ => null;
        await App.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal(("DELIVERED", (1, 1)), (await _team.DeliveryAsync(), await _team.ManagedAsync()));
    }

    [Fact]
    public async Task Mutation_waits_for_nobody_and_failed_when_it_hangs()
    {
        _plane.Instead = _ => PlayingServer.HangAsync;

        Assert.Equal("PENDING", (await _team.SaveAsync(new { apiUrl = _plane.Address })).Text("organization", "dataPlane", "tokenDelivery"));
        await Eventually.TrueAsync(() => _plane.Heard.Count == 1);
        App.Clock.Advance(TimeSpan.FromSeconds(10));
        await App.ConfirmedAsync();

        await ErrorAsync("It took longer than 10 seconds.");
    }

    [Fact]
    public async Task One_that_hangs_holds_up_no_other()
    {
        _plane.Instead = _ => PlayingServer.HangAsync;
        await using var good = new PlayedDataPlane();
        await _team.SaveAsync(new { apiUrl = _plane.Address });
        await Eventually.TrueAsync(() => _plane.Heard.Count == 1);

        await (await Team.FoundAsync(App)).DeliveredAsync(good);

        Assert.Equal((1, "PENDING"), (_plane.Heard.Count, await _team.DeliveryAsync()));
    }

    [Fact]
    public async Task Given_up_after_a_day_and_erased_and_a_refresh_begins_anew()
    {
        _plane.Instead = _ => PlayingServer.Answer(500, "");
        await _team.SaveAsync(new { apiUrl = _plane.Address });
        await App.DoDueWorkAsync();
        Assert.Equal((1, 1), (await CountAsync("WorkItems WHERE Kind = 'dataPlane.deliver'"), await CountAsync("Secrets WHERE Field = 'dataPlane.token'")));

        await App.PassAsync(TimeSpan.FromHours(25));

        await ErrorAsync("It is not tried any more: refresh the token.", "");
        Assert.Equal((0, 0), (await CountAsync("WorkItems WHERE Kind = 'dataPlane.deliver'"), await CountAsync("Secrets WHERE Field = 'dataPlane.token'")));
        _plane.Instead = _ => null;
        var owner = await App.SignInAsync(_team.Owner.Email);
        Assert.Empty((await owner.MutateAsync("refreshDataPlaneToken", new { organizationId = _team.Id })).Errors);
        await App.DoDueWorkAsync();
        Assert.True(await App.LetsInAsync(Assert.Single(_plane.Tokens)));
    }

    [Fact]
    public async Task Newest_token_arrives_last_when_an_older_one_is_still_on_its_way()
    {
        var (arrived, goOn) = (0, new TaskCompletionSource());
        _plane.Instead = request => request.Line.StartsWith("POST", StringComparison.Ordinal) && Interlocked.Increment(ref arrived) == 1
            ? async (_, _, cancellation) => await goOn.Task.WaitAsync(cancellation)
            : null;
        await _team.SaveAsync(new { apiUrl = _plane.Address });
        await Eventually.TrueAsync(() => Volatile.Read(ref arrived) == 1);

        Assert.Empty((await RefreshAsync()).Errors);
        await Eventually.TrueAsync(async () => await CountAsync("WorkItems WHERE Kind = 'dataPlane.deliver' AND Ordinal = 2 AND Attempts = 1 AND LeaseOwner IS NULL") == 1);
        Assert.Equal((1, "PENDING"), (_plane.Heard.Count, await _team.DeliveryAsync()));

        goOn.SetResult();
        await Eventually.TrueAsync(async () => await CountAsync("WorkItems WHERE Kind = 'dataPlane.deliver' AND Ordinal = 1 AND LeaseOwner IS NOT NULL") == 0);
        for (var minutes = 0; minutes < 5 && await _team.DeliveryAsync() != "DELIVERED"; minutes++)
        {
            await App.PassAsync(TimeSpan.FromMinutes(1));
        }

        Assert.Equal("DELIVERED", await _team.DeliveryAsync());
        Assert.True(await App.LetsInAsync(Assert.Single(_plane.Tokens)));
        Assert.Equal((1, 1), await _team.ManagedAsync());
    }

    [Fact]
    public async Task Nothing_is_delivered_when_the_address_is_cleared_or_the_token_revoked_before()
    {
        _plane.Instead = _ => PlayingServer.Answer(500, "");
        await _team.SaveAsync(new { apiUrl = _plane.Address });
        await _team.EventuallyAsync("FAILED");
        var serviceTokenId = (await _team.DataPlaneAsync()).GetProperty("serviceToken").GetProperty("id").GetString();
        await _team.Owner.Client.MutateAsync("revokeServiceToken", new { serviceTokenId });
        Assert.Equal(0, await CountAsync("Secrets WHERE Field = 'dataPlane.token'"));
        await RefreshAsync();
        await _team.EventuallyAsync("FAILED");
        Assert.Equal(1, await CountAsync("Secrets WHERE Field = 'dataPlane.token'"));
        await _team.SaveAsync(new { apiUrl = (string?)null });
        var heard = _plane.Heard.Count;

        _plane.Instead = _ => null;
        await App.PassAsync(TimeSpan.FromMinutes(20));

        Assert.Equal((heard, "NONE"), (_plane.Heard.Count, await _team.DeliveryAsync()));
        Assert.Equal((0, 0), (await CountAsync("WorkItems WHERE Kind = 'dataPlane.deliver'"), await CountAsync("Secrets WHERE Field = 'dataPlane.token'")));
    }

    // It copies the database's file.
    [Theory, Trait("Category", "Sqlite")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delivered_by_another_server_when_the_first_died_before_it_was_or_was_told(bool hasArrived)
    {
        // It hangs at the first request or, with the token in its hands, at the second.
        _plane.Instead = request => request.Line.StartsWith(hasArrived ? "HEAD" : "POST", StringComparison.Ordinal) ? PlayingServer.HangAsync : null;
        var left = Directory.CreateTempSubdirectory("orggraph-").FullName;
        Team team;
        await using (var first = await OrgGraphApp.StartAsync())
        {
            team = await Team.FoundAsync(first);
            await team.SaveAsync(new { apiUrl = _plane.Address });
            await Eventually.TrueAsync(() => _plane.Heard.Count == (hasArrived ? 2 : 1));

            // What a killed process leaves: the files as they are, the item leased.
            CopyFolder(first.DataDirectory, left);
        }

        _plane.Instead = _ => null;
        var second = await OrgGraphApp.StartAsync(dataDirectory: left);
        await second.PassAsync(TimeSpan.FromSeconds(61));

        var owner = await second.SignInAsync(team.Owner.Email);
        var now = (await owner.QueryAsync("query($id: ID!) { organization(id: $id) { dataPlane { tokenDelivery } serviceTokens { totalCount } } }", new { id = team.Id })).GetProperty("organization");
        Assert.Equal(("DELIVERED", 1), (now.GetProperty("dataPlane").GetProperty("tokenDelivery").GetString(), now.GetProperty("serviceTokens").GetProperty("totalCount").GetInt32()));
        Assert.True(await second.LetsInAsync(Assert.Single(_plane.Kept).Value));
        Assert.Equal(hasArrived ? 2 : 1, _plane.Tokens.Count);
        Assert.Single(_plane.Tokens.Distinct());
        await second.DisposeAsync();
        Directory.Delete(left, recursive: true);
    }

    [Fact]
    public async Task Upstream_error_and_the_old_token_stays_when_this_server_does_not_go_there_any_more()
    {
        await _team.DeliveredAsync(_plane);
        var data = App.DataDirectory;

        // An operator took the server out of Development: http is called no longer.
        await using var strict = await OrgGraphApp.StartAsync(dataDirectory: data, clock: App.Clock, configure: services =>
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<OrgGraph.Settings.Kernel.Outbound.IOutboundHttp>(
                services, new OrgGraph.Server.Outbound.GuardedHttp([], allowsHttp: false, new OrgGraph.Server.Outbound.SystemNames(), App.Clock)));
        var owner = await strict.SignInAsync(_team.Owner.Email);
        var refused = await owner.MutateAsync("refreshDataPlaneToken", new { organizationId = _team.Id });

        Assert.Equal(["UpstreamError input"], refused.Errors);
        Assert.True(await App.LetsInAsync(_plane.Tokens[0]));
        Assert.Empty((await owner.MutateAsync("refreshDataPlaneToken", new { organizationId = _team.Id, reveal = true })).Errors);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        foreach (var folder in Directory.GetDirectories(from))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }

        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private Task<Payload> RefreshAsync() => _team.Owner.Client.MutateAsync("refreshDataPlaneToken", new { organizationId = _team.Id });

    private async Task ErrorAsync(string reason, string rest = " It is tried again by itself.")
    {
        var owner = await App.SignInAsync(_team.Owner.Email);
        var (delivery, error) = ("", "");
        await Eventually.TrueAsync(async () =>
        {
            var plane = (await _team.QueryAsync(owner, "dataPlane { tokenDelivery tokenDeliveryError }")).GetProperty("dataPlane");
            (delivery, error) = (plane.GetProperty("tokenDelivery").GetString()!, plane.GetProperty("tokenDeliveryError").GetString());
            return error?.EndsWith(reason + rest, StringComparison.Ordinal) == true;
        });
        Assert.Equal("FAILED", delivery);
    }

    private async Task<int> CountAsync(string from) => (int)await TestDatabase.NumberAsync(App, "SELECT COUNT(*) FROM " + from);
}
