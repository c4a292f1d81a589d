using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Live;

public sealed class OrganizationEventsTests(SharedOrgGraph shared) : IClassFixture<SharedOrgGraph>
{
    private const string Watch =
        "subscription($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { __typename cursor version subjectName ... on StreamReset { reason } organization { version } } }";

    private OrgGraphApp App { get; } = shared.App;

    private Task<EventReader> WatchAsync(Client client, string? after) => client.SubscribeAsync(Watch, new { id = App.Acme, after });

    private Task<Payload> MakeAsync(Client client, string name) => client.MutateAsync("createProject", new { organizationId = App.Acme, name });

    [Fact]
    public async Task Replayed_once_and_in_order_while_new_ones_come()
    {
        var olivia = await App.OliviaAsync();
        var (_, cursor) = await olivia.PlaceAsync();
        var names = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            names.Add((await MakeAsync(olivia, $"Replay {i}")).Version!.Value + $" Replay {i}");
        }

        var making = Task.Run(async () =>
        {
            for (var i = 40; i < 80; i++)
            {
                names.Add((await MakeAsync(olivia, $"Replay {i}")).Version!.Value + $" Replay {i}");
            }
        });
        await using var events = await WatchAsync(olivia, cursor);
        var seen = new List<string>();
        var cursors = new List<string>();
        for (var i = 0; i < 80; i++)
        {
            var happened = await events.NextEventAsync("ProjectCreated");
            seen.Add($"{happened.GetProperty("version").GetInt32()} {happened.GetProperty("subjectName").GetString()}");
            cursors.Add(happened.GetProperty("cursor").GetString()!);
            Assert.True(happened.GetProperty("organization").GetProperty("version").GetInt32() >= happened.GetProperty("version").GetInt32());
        }

        await making;
        Assert.Equal(names, seen);
        Assert.Equal(80, cursors.Distinct().Count());
        await using var rest = await WatchAsync(olivia, cursors[76]);
        Assert.Equal(["Replay 77", "Replay 78", "Replay 79"], [await SubjectAsync(rest), await SubjectAsync(rest), await SubjectAsync(rest)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbled")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Reset_when_the_cursor_is_no_place_of_the_stream(string after)
    {
        var olivia = await App.OliviaAsync();
        await using var events = await WatchAsync(olivia, after);

        var reset = await events.NextEventAsync();
        var made = await MakeAsync(olivia, $"After reset '{after}'");
        var next = await events.NextEventAsync("ProjectCreated");

        Assert.Equal("StreamReset", reset.Kind());
        Assert.NotEmpty(reset.GetProperty("reason").GetString()!);
        Assert.Equal(made.Version, next.GetProperty("version").GetInt32());
        await using var on = await WatchAsync(olivia, reset.GetProperty("cursor").GetString());
        Assert.Equal(made.Version, (await on.NextEventAsync("ProjectCreated")).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Reset_when_the_cursor_is_of_another_organization_or_of_the_future()
    {
        var olivia = await App.OliviaAsync();
        var made = await olivia.MutateAsync("createOrganization", new { name = "Other stream" }, "organization { cursor }");
        await using var foreign = await WatchAsync(olivia, made.Text("organization", "cursor"));

        Assert.Equal("StreamReset", (await foreign.NextEventAsync()).Kind());
    }

    [Fact]
    public async Task Reset_when_the_cursor_is_from_before_the_subscriber_joined()
    {
        var olivia = await App.OliviaAsync();
        var (_, cursor) = await olivia.PlaceAsync();
        await olivia.InviteAsync("new@stream.test");
        var joiner = await App.SignInAsync("new@stream.test");
        await joiner.MutateAsync("acceptInvitation", new { token = await App.TokenOfAsync("new@stream.test") });

        await using var before = await WatchAsync(joiner, cursor);
        Assert.Equal("StreamReset", (await before.NextEventAsync()).Kind());
        var (_, own) = await joiner.PlaceAsync();
        await using var after = await WatchAsync(joiner, own);
        var made = await olivia.MutateAsync("updateOrganization", new { organizationId = App.Acme, imageRenderingMode = "BLOCKED" });
        Assert.Equal(made.Version, (await after.NextEventAsync()).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Nothing_is_missed_from_a_query_s_cursor_while_others_write()
    {
        var olivia = await App.OliviaAsync();
        using var stopping = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stopping.IsCancellationRequested; i++)
            {
                await MakeAsync(olivia, $"Busy {i}");
            }
        });
        for (var round = 0; round < 10; round++)
        {
            var (version, cursor) = await olivia.PlaceAsync();
            await using var events = await WatchAsync(olivia, cursor);
            for (var i = 1; i <= 3; i++)
            {
                var happened = await events.NextEventAsync();
                Assert.Equal(("ProjectCreated", version + i), (happened.Kind(), happened.GetProperty("version").GetInt32()));
            }
        }

        await stopping.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task Cause_comes_before_effect()
    {
        var olivia = await App.OliviaAsync();
        await olivia.InviteAsync("effect@order.test");
        var effect = await App.SignInAsync("effect@order.test");
        await effect.MutateAsync("acceptInvitation", new { token = await App.TokenOfAsync("effect@order.test") });
        await effect.MakeKeyAsync("Effect");
        var (_, cursor) = await olivia.PlaceAsync();
        await using var live = await WatchAsync(olivia, null);

        var data = await olivia.QueryAsync("query($id: ID!) { organization(id: $id) { members(where: { search: \"effect@order\" }) { nodes { id } } } }", new { id = App.Acme });
        var memberId = data.GetProperty("organization").GetProperty("members").GetProperty("nodes")[0].GetProperty("id").GetString();
        var removed = await olivia.MutateAsync("removeMember", new { memberId }, "revokedApiKeyCount");

        var told = new[] { await live.NextEventAsync(), await live.NextEventAsync() };
        Assert.Equal(1, removed["revokedApiKeyCount"].GetInt32());
        Assert.Equal(["MemberRemoved", "ApiKeyRevoked"], told.Select(Acme.Kind));
        Assert.All(told, happened => Assert.Equal(removed.Version, happened.GetProperty("version").GetInt32()));
        Assert.Equal(["MemberRemoved", "ApiKeyRevoked"], (await App.EventsSinceAsync(cursor)).Select(Acme.Kind));
    }

    [Fact]
    public async Task Equal_bytes_for_one_class_and_own_share_for_others()
    {
        const string Keys = "subscription($id: ID!) { apiKeysChanged(organizationId: $id) { __typename ... on ApiKeyCreated { version cursor subjectName apiKey { name } actor { displayName } } } }";
        var (olivia, oscar, eli) = (await App.OliviaAsync(), await App.OscarAsync(), await App.EliAsync());
        await using var first = await olivia.SubscribeAsync(Keys, new { id = App.Acme });
        await using var second = await oscar.SubscribeAsync(Keys, new { id = App.Acme });
        await using var other = await eli.SubscribeAsync(Keys, new { id = App.Acme });

        await olivia.MakeKeyAsync("Shared");
        await eli.MakeKeyAsync("Elis own");

        var (one, two) = (await first.NextAsync(), await second.NextAsync());
        Assert.Equal(one.GetRawText(), two.GetRawText());
        Assert.Equal("Elis own", (await other.NextEventAsync()).GetProperty("subjectName").GetString());
        Assert.Equal((await first.NextAsync()).GetRawText(), (await second.NextAsync()).GetRawText());
    }

    private static async Task<string> SubjectAsync(EventReader events) => (await events.NextEventAsync()).GetProperty("subjectName").GetString()!;
}
