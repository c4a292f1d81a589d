using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Organizations;

/// <summary>The operator's commands, in a process of their own on the database that a server is using.</summary>
public sealed class OrganizationCommandsTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly ServerProcess _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Server_stops_answering_when_the_command_archives_and_answers_again_when_it_restores()
    {
        await using var server = await RunningServer.StartAsync(_place);
        var olivia = await server.SignInAsync("olivia@acme.test");
        var acme = await server.AcmeAsync(olivia);
        var key = (await server.SendAsync(olivia, $"mutation {{ createApiKey(input: {{ organizationId: \"{acme}\", name: \"Watched\" }}) {{ secret }} }}"))
            .GetProperty("data").GetProperty("createApiKey").GetProperty("secret").GetString()!;
        await using var bySession = await WatchAsync(server, olivia, acme);
        await using var byKey = await WatchAsync(server, key, acme);
        using var socket = await SocketReader.ConnectAsync(server.Http.BaseAddress!, key);

        var archived = await _place.RunAsync("organization archive acme");

        Assert.Equal((0, "Acme is archived. Nobody had requested its deletion.\n", ""), archived);
        await EndsWithAsync(bySession, "AUTH_NOT_AUTHORIZED");
        await EndsWithAsync(byKey, "AUTH_NOT_AUTHENTICATED");
        Assert.Equal(4403, (await socket.ClosedAsync()).Code);
        Assert.Equal(401, await StatusAsync(server, key));
        Assert.Equal(JsonValueKind.Null, (await server.SendAsync(olivia, "{ organization(name: \"Acme\") { id } }")).GetProperty("data").GetProperty("organization").ValueKind);
        Assert.Matches("^Acme\tarchived 20[0-9-]+T[0-9:]+Z\t" + acme + "\n$", (await _place.RunAsync("organization list")).Output);

        var restored = await _place.RunAsync("organization restore Acme");

        Assert.Equal((0, "Acme is restored.\n", ""), restored);
        await Eventually.TrueAsync(async () => await StatusAsync(server, key) == 200, Soon, "the key works again");
        Assert.Equal(acme, await server.AcmeAsync(olivia));
        Assert.Equal((0, $"Acme\tactive\t{acme}\n", ""), await _place.RunAsync("organization list"));
    }

    [Fact]
    public async Task Outcome_and_exit_code_tell_what_was_done()
    {
        await using (var server = await RunningServer.StartAsync(_place))
        {
            var olivia = await server.SignInAsync("olivia@acme.test");
            await server.SendAsync(olivia, $"mutation {{ requestOrganizationDeletion(input: {{ organizationId: \"{await server.AcmeAsync(olivia)}\", confirmName: \"Acme\" }}) {{ version }} }}");
        }

        Assert.Matches("^Acme\tdeletion due [0-9-]+T[0-9:]+Z\t", (await _place.RunAsync("organization list")).Output);
        Assert.Equal((0, "Acme is not archived.\n", ""), await _place.RunAsync("organization restore Acme"));
        Assert.Matches(@"^Acme is archived\. Its deletion was requested for [0-9-]+T[0-9:]+Z\.\n$", (await _place.RunAsync("organization archive Acme")).Output);
        Assert.Matches(@"^Acme has been archived since [0-9-]+T[0-9:]+Z\.\n$", (await _place.RunAsync("organization archive Acme")).Output);
        Assert.Matches(@"^Acme is restored\. Its deletion is still requested, for [0-9-]+T[0-9:]+Z: an owner can cancel it\.\n$", (await _place.RunAsync("organization restore Acme")).Output);
        Assert.Equal((1, "", "There is no organization named Nobody.\n"), await _place.RunAsync("organization archive Nobody"));
    }

    [Fact]
    public async Task Refused_and_nothing_is_made_when_there_is_no_database()
    {
        var (exit, output, error) = await _place.RunAsync("organization list");

        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith("The database cannot be opened", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_place.Folder));
    }

    private static async Task<EventReader> WatchAsync(RunningServer server, string credential, string organization)
    {
        var request = server.Request(credential, $"subscription {{ organizationEvents(organizationId: \"{organization}\") {{ __typename }} }}", "text/event-stream");
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var events = new EventReader(await response.Content.ReadAsStreamAsync(), response);
        await events.OpenedAsync();
        return events;
    }

    // Passes over events that were told before the end.
    private static async Task EndsWithAsync(EventReader events, string code)
    {
        JsonElement next;
        do
        {
            next = await events.NextAsync();
        }
        while (!next.TryGetProperty("errors", out _));

        Assert.Equal(code, next.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString());
        await events.CompletedAsync();
    }

    private static async Task<int> StatusAsync(RunningServer server, string credential)
    {
        using var request = server.Request(credential, "{ viewer { credential { kind } } }");
        using var response = await server.Http.SendAsync(request);
        return (int)response.StatusCode;
    }
}

/// <summary>How soon another node notices: two servers on one database, and a clock that is moved by hand.</summary>
public sealed class ArchiveOfTwoServersTests : OrgGraphTest
{
    [Fact]
    public async Task Credential_stops_within_a_second_when_the_other_server_archives()
    {
        await using var there = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock);
        var (_, key) = await (await App.OliviaAsync()).MakeKeyAsync("Spread");
        var elsewhere = there.With(key.Credential!);
        await Eventually.TrueAsync(async () =>
        {
            App.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAll(App.ConfirmedAsync(), there.ConfirmedAsync());
            return await StatusAsync(elsewhere) == 200;
        });
        var archivedAt = App.Clock.GetUtcNow();

        await App.Services.GetRequiredService<OrganizationArchive>().ArchiveAsync("Acme", CancellationToken.None);
        Assert.Equal(401, await StatusAsync(key));
        App.Clock.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.TrueAsync(async () => await StatusAsync(elsewhere) == 401);

        Assert.True(App.Clock.GetUtcNow() - archivedAt <= TimeSpan.FromSeconds(1));
        var seen = await (await there.OliviaAsync()).QueryAsync("{ organization(name: \"Acme\") { id } }");
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("organization").ValueKind);
    }

    private static async Task<int> StatusAsync(Client client) => (int)(await client.SendAsync("{ viewer { credential { kind } } }")).Status;
}
