using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Server.Authentication;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authentication;

/// <summary>What is kept to tell connections of the end of their keys: nothing for a request, one entry for a connection while it is open.</summary>
public sealed class RevocationWatchTests : OrgGraphTest
{
    private const string Events = "subscription($id: ID!) { organizationEvents(organizationId: $id) { __typename } }";

    private RevocationWatch Watch => App.Services.GetRequiredService<RevocationWatch>();

    [Fact]
    public async Task Keys_that_only_send_requests_leave_nothing()
    {
        var olivia = await App.OliviaAsync();
        for (var i = 0; i < 20; i++)
        {
            var (_, key) = await olivia.MakeKeyAsync($"Key {i}");
            await key.QueryAsync("{ __typename }");
        }

        Assert.Equal(0, Watch.Count);
    }

    [Fact]
    public async Task Entry_lives_as_long_as_its_connection()
    {
        var olivia = await App.OliviaAsync();
        var (id, key) = await olivia.MakeKeyAsync("Watched");
        var (_, other) = await olivia.MakeKeyAsync("Other");
        var stream = await key.SubscribeAsync(Events, new { id = App.Acme });
        using var socket = await SocketReader.SubscribeAsync(key, Events, new { id = App.Acme });
        await using var stays = await other.SubscribeAsync(Events, new { id = App.Acme });
        await Eventually.TrueAsync(() => Watch.Count == 3);

        await stream.DisposeAsync();
        await Eventually.TrueAsync(() => Watch.Count == 2);
        await olivia.MutateAsync("revokeApiKey", new { apiKeyId = id });

        Assert.Equal(4403, (await socket.ClosedAsync()).Code);
        await Eventually.TrueAsync(() => Watch.Count == 1);
        Assert.Equal("ApiKeyRevoked", (await stays.NextEventAsync("ApiKeyRevoked")).Kind());
    }

    [Fact]
    public async Task Connections_of_one_key_all_end_with_it()
    {
        var olivia = await App.OliviaAsync();
        var (id, key) = await olivia.MakeKeyAsync("Shared");
        using var one = await SocketReader.SubscribeAsync(key, Events, new { id = App.Acme });
        using var two = await SocketReader.SubscribeAsync(key, Events, new { id = App.Acme });

        await olivia.MutateAsync("revokeApiKey", new { apiKeyId = id });

        Assert.Equal((4403, 4403), ((await one.ClosedAsync()).Code, (await two.ClosedAsync()).Code));
        Assert.Equal(0, Watch.Count);
    }
}
