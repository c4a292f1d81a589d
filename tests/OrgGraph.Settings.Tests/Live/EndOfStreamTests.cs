using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Live;

/// <summary>How streams end when rights or credentials do.</summary>
public sealed class EndOfStreamTests : OrgGraphTest
{
    private const string Invitations = "subscription($id: ID!) { invitationsChanged(organizationId: $id) { __typename } }";
    private const string Events = "subscription($id: ID!) { organizationEvents(organizationId: $id) { __typename version } }";

    private object Id => new { id = App.Acme };

    [Fact]
    public async Task Last_word_and_complete_when_the_right_is_lost()
    {
        var oscar = await App.OscarAsync();
        await using var events = await oscar.SubscribeAsync(Invitations, Id);
        await using var others = await (await App.OliviaAsync()).SubscribeAsync(Invitations, Id);
        using var socket = await SocketReader.SubscribeAsync(oscar, Invitations, Id);

        await App.MoveAsync("Oscar", "Viewers");

        await EndsWithAsync(events, "AUTH_NOT_AUTHORIZED");
        var next = (await socket.ReceiveAsync())!.Value;
        Assert.Equal("next", next.GetProperty("type").GetString());
        Assert.Equal("AUTH_NOT_AUTHORIZED", Code(next.GetProperty("payload")));
        Assert.Equal("complete", (await socket.ReceiveAsync())!.Value.GetProperty("type").GetString());
        await (await App.OliviaAsync()).InviteAsync("still@live.test", sendEmails: false);
        Assert.Equal("InvitationCreated", (await others.NextEventAsync()).Kind());
    }

    [Fact]
    public async Task Refused_at_once_when_there_is_no_right()
    {
        await using var events = await (await App.VeraAsync()).SubscribeAsync(Invitations, Id);
        await using var foreign = await (await App.NoraAsync()).SubscribeAsync(Events, Id);

        await EndsWithAsync(events, "AUTH_NOT_AUTHORIZED");
        await EndsWithAsync(foreign, "AUTH_NOT_AUTHORIZED");
    }

    [Fact]
    public async Task Member_who_is_removed_hears_nothing_more()
    {
        await using var events = await (await App.VeraAsync()).SubscribeAsync(Events, Id);

        await App.RemoveAsync("Vera");

        // That others are active was told before the removal.
        var next = await events.NextAsync();
        while (next.GetProperty("data").ValueKind != JsonValueKind.Null)
        {
            Assert.Equal("MemberActive", next.GetProperty("data").GetProperty("organizationEvents").Kind());
            next = await events.NextAsync();
        }

        Assert.Equal("AUTH_NOT_AUTHORIZED", Code(next));
        await events.CompletedAsync();
    }

    [Fact]
    public async Task Stream_ends_and_socket_closes_when_the_key_is_revoked()
    {
        var olivia = await App.OliviaAsync();
        var (id, key) = await olivia.MakeKeyAsync("Watching");
        await using var events = await key.SubscribeAsync(Invitations, Id);
        using var socket = await SocketReader.SubscribeAsync(key, Invitations, Id);

        await olivia.MutateAsync("revokeApiKey", new { apiKeyId = id });

        await EndsWithAsync(events, "AUTH_NOT_AUTHENTICATED");
        var (code, types) = await socket.ClosedAsync();
        Assert.Equal(4403, code);
        Assert.DoesNotContain("complete", types);
    }

    [Fact]
    public async Task Key_of_a_removed_member_ends_without_complete_on_a_socket()
    {
        var (_, key) = await (await App.VeraAsync()).MakeKeyAsync("Veras");
        await using var events = await key.SubscribeAsync(Events, Id);
        using var socket = await SocketReader.SubscribeAsync(key, Events, Id);

        await App.RemoveAsync("Vera");

        await EndsWithAsync(events, "AUTH_NOT_AUTHENTICATED");
        var (code, types) = await socket.ClosedAsync();
        Assert.Equal(4403, code);
        Assert.DoesNotContain("complete", types);
    }

    [Fact]
    public async Task Stream_ends_and_socket_closes_when_the_key_or_session_expires()
    {
        var vera = await App.SignInAsync("vera@acme.test", expiresIn: 10);
        var (_, key) = await (await App.VeraAsync()).MakeKeyAsync("Brief", App.Clock.GetUtcNow().AddMinutes(1));
        await using var session = await vera.SubscribeAsync(Events, Id);
        using var socket = await SocketReader.SubscribeAsync(vera, Events, Id);
        await using var byKey = await key.SubscribeAsync(Events, Id);

        // Not all at once: a socket whose peer is silent for long is closed for that.
        for (var i = 0; i < 11; i++)
        {
            await App.PassAsync(TimeSpan.FromSeconds(4));
        }

        await EndsWithAsync(session, "AUTH_NOT_AUTHENTICATED");
        var (code, types) = await socket.ClosedAsync();
        Assert.Equal(4403, code);
        Assert.DoesNotContain("complete", types);
        for (var i = 0; i < 5; i++)
        {
            await App.PassAsync(TimeSpan.FromSeconds(4));
        }

        await EndsWithAsync(byKey, "AUTH_NOT_AUTHENTICATED");
    }

    [Fact]
    public async Task Own_rights_are_told_only_when_they_change()
    {
        const string Access = "subscription($id: ID!) { viewerAccessChanged(organizationId: $id) { __typename ... on ViewerAccessChanged { version viewerAccess { isOwner groups { name } } } } }";
        await using var eli = await (await App.EliAsync()).SubscribeAsync(Access, Id);
        await using var vera = await (await App.VeraAsync()).SubscribeAsync(Access, Id);

        await (await App.OliviaAsync()).MutateAsync("createProject", new { organizationId = App.Acme, name = "No matter" });
        await App.MoveAsync("Vera", "Engineers");
        await App.MoveAsync("Eli", "Owners");

        var toVera = await vera.NextEventAsync();
        var toEli = await eli.NextEventAsync();
        Assert.Equal("Engineers", toVera.GetProperty("viewerAccess").GetProperty("groups")[0].GetProperty("name").GetString());
        Assert.True(toEli.GetProperty("viewerAccess").GetProperty("isOwner").GetBoolean());
        Assert.Equal(toVera.GetProperty("version").GetInt32() + 1, toEli.GetProperty("version").GetInt32());
        Assert.Equal((0, 0), (vera.Waiting, eli.Waiting));
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

        Assert.Equal(code, Code(next));
        await events.CompletedAsync();
    }

    private static string Code(JsonElement result) => result.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString()!;
}
