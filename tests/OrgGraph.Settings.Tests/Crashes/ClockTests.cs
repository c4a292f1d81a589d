using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>A clock that jumps by an hour, both ways, under load: what has expired stays so, and versions, streams, mails and intervals go on.</summary>
[Trait("Category", "Long"), Trait("Category", "Sqlite"), Collection(CrashTests.Name)]
public sealed class ClockTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Writes_streams_and_mails_go_on_and_what_has_expired_stays_so()
    {
        FaultyMachine.SkipUnlessPossible();
        using var place = new CrashPlace();
        using var machine = new FaultyMachine(place.Data);
        var load = new WriteLoad(CrashPlace.Seed(output), writers: 8) { ExpectsExpiry = true };
        string shown;
        int versions;
        string shortLived;
        await using (var server = await place.StartAsync(machine.Environment))
        {
            var olivia = await server.SignInAsync("olivia@acme.test");
            var acme = await server.AcmeAsync(olivia);
            var lasting = await KeyAsync(server, olivia, acme, "Lasting", null);
            shortLived = await KeyAsync(server, olivia, acme, "Short-lived", DateTimeOffset.UtcNow.AddMinutes(30));
            Assert.Equal(HttpStatusCode.OK, await UseAsync(server, shortLived));
            var from = await VersionAsync(server, lasting);
            await using var events = await SubscribeAsync(server, lasting, acme);
            using var stop = new CancellationTokenSource();
            var writing = load.RunAsync(server, stop.Token);
            await load.ReachAsync(50);

            machine.ClockOffset = TimeSpan.FromHours(1);
            await load.ReachAsync(50);
            Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(server, shortLived));
            await Eventually.TrueAsync(async () => await ExpiredAsync(server, lasting), TimeSpan.FromMinutes(1), "the expiry recorded");

            // Some mails cannot be sent at this hour, and are to be tried again in seconds of it.
            var mails = Path.Combine(place.Data, "mail");
            Directory.Move(mails, mails + ".away");
            await Eventually.TrueAsync(() => Task.FromResult(place.Names("SELECT Id FROM WorkItems WHERE Kind IN ('invitation.mail', 'invitation.send') AND Attempts > 0 AND LeaseUntil IS NULL").Count > 0), TimeSpan.FromMinutes(1), "a mail put off");
            machine.ClockOffset = TimeSpan.FromHours(-1);
            Directory.Move(mails + ".away", mails);
            await load.ReachAsync(50);
            Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(server, shortLived));
            Assert.True(await ExpiredAsync(server, lasting));

            machine.ClockOffset = TimeSpan.Zero;
            await load.ReachAsync(50);
            machine.ClockOffset = TimeSpan.FromHours(-1);
            await load.ReachAsync(50);
            await stop.CancelAsync();
            await writing;
            // Also those that were due at times that have not come any more.
            var (due, sent) = await place.CheckMailsAsync();
            shown = await CrashPlace.ShownAsync(server);
            versions = await VersionAsync(server, lasting);
            await CheckStreamAsync(events, from, versions);
            output.WriteLine($"{due} mails due and found, {sent - due} of them twice.");
        }

        Assert.Empty(load.Wrong);
        var figures = await place.CheckAsync(load.Acknowledged);
        machine.ClockOffset = TimeSpan.Zero;
        await using var again = await place.StartAsync(machine.Environment);
        Assert.Equal(shown, await CrashPlace.ShownAsync(again));
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(again, shortLived));
        output.WriteLine($"{figures.Acknowledged} mutations acknowledged and found over 4 jumps; {figures.Versions} versions without gap, {versions} of them seen by one stream.");
    }

    private static async Task<string> KeyAsync(RunningServer server, string token, string acme, string name, DateTimeOffset? expiresAt)
    {
        var at = expiresAt is { } time ? $", expiresAt: \"{time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}\"" : "";
        var made = await server.SendAsync(token, $"mutation {{ createApiKey(input: {{organizationId: \"{acme}\", name: \"{name}\"{at}}}) {{ secret }} }}");
        return made.GetProperty("data").GetProperty("createApiKey").GetProperty("secret").GetString()!;
    }

    private static async Task<HttpStatusCode> UseAsync(RunningServer server, string key)
    {
        using var answer = await server.Http.SendAsync(server.Request(key, "{ viewer { credential { kind } } }"));
        return answer.StatusCode;
    }

    private static async Task<int> VersionAsync(RunningServer server, string key) =>
        (await server.SendAsync(key, "{ organization(name: \"Acme\") { version } }")).GetProperty("data").GetProperty("organization").GetProperty("version").GetInt32();

    private static async Task<bool> ExpiredAsync(RunningServer server, string key)
    {
        var answer = await server.SendAsync(key, "{ organization(name: \"Acme\") { apiKeys(where: {status: [EXPIRED]}) { nodes { name status } } } }");
        return answer.GetRawText().Contains("Short-lived", StringComparison.Ordinal);
    }

    private static async Task<EventReader> SubscribeAsync(RunningServer server, string key, string acme)
    {
        var request = server.Request(key, $"subscription {{ organizationEvents(organizationId: \"{acme}\") {{ version }} }}", "text/event-stream");
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(new MediaTypeHeaderValue("text/event-stream").MediaType, response.Content.Headers.ContentType?.MediaType);
        var reader = new EventReader(await response.Content.ReadAsStreamAsync(), response);
        await reader.OpenedAsync();
        return reader;
    }

    // Every version after that one, in order, however many events each has.
    private static async Task CheckStreamAsync(EventReader events, int from, int to)
    {
        for (var seen = from; seen < to;)
        {
            var version = (await events.NextEventAsync()).GetProperty("version").GetInt32();
            Assert.InRange(version, seen, seen + 1);
            seen = version;
        }
    }
}
