using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Secrets;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Live;

/// <summary>Two servers on one key ring, to which one of them adds a pepper: what is hashed with it is good on the other one too.</summary>
public sealed class KeyRingOfTwoServersTests : OrgGraphTest
{
    private const string Kind = "{ viewer { credential { kind } } }";
    private OrgGraphApp _there = null!;

    private string Manifest => Path.Combine(App.DataDirectory, "keys", "ring.list");

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _there = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock);
    }

    public override async Task DisposeAsync()
    {
        await _there.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Key_and_link_are_good_there_when_a_pepper_was_added_here()
    {
        var (_, old) = await (await App.OliviaAsync()).MakeKeyAsync("Of the old pepper");
        App.Services.GetRequiredService<KeyRing>().AddPepper();

        var (_, key) = await (await App.OliviaAsync()).MakeKeyAsync("Of the new pepper");
        await (await App.OliviaAsync()).InviteAsync("new@pepper.test");
        var token = await App.TokenOfAsync("new@pepper.test");
        await CaughtUpAsync();

        Assert.Equal(200, (int)(await _there.With(key.Credential!).SendAsync(Kind)).Status);
        Assert.Equal(200, (int)(await _there.With(old.Credential!).SendAsync(Kind)).Status);
        var seen = await _there.Anonymous.QueryAsync("query($token: String!) { invitation(token: $token) { email } }", new { token });
        Assert.Equal("new@pepper.test", seen.GetProperty("invitation").GetProperty("email").GetString());
    }

    [Fact]
    public async Task Link_is_good_there_when_it_is_the_first_that_is_asked_about()
    {
        App.Services.GetRequiredService<KeyRing>().AddPepper();
        await (await App.OliviaAsync()).InviteAsync("first@pepper.test");
        var token = await App.TokenOfAsync("first@pepper.test");
        await CaughtUpAsync();

        Assert.Empty((await (await _there.SignInAsync("first@pepper.test")).MutateAsync("acceptInvitation", new { token })).Errors);
    }

    [Fact]
    public async Task Neither_good_nor_refused_when_the_ring_cannot_be_read()
    {
        var (_, known) = await (await App.OliviaAsync()).MakeKeyAsync("Known");
        App.Services.GetRequiredService<KeyRing>().AddPepper();
        var (_, key) = await (await App.OliviaAsync()).MakeKeyAsync("Of the new pepper");
        await CaughtUpAsync();
        var list = await File.ReadAllBytesAsync(Manifest);
        await File.WriteAllTextAsync(Manifest, "torn");

        Assert.Equal(503, (int)(await _there.With(key.Credential!).SendAsync(Kind)).Status);
        Assert.Equal(200, (int)(await _there.With(known.Credential!).SendAsync(Kind)).Status);
        await File.WriteAllBytesAsync(Manifest, list);
        Assert.Equal(200, (int)(await _there.With(key.Credential!).SendAsync(Kind)).Status);
    }

    private async Task CaughtUpAsync()
    {
        var (version, _) = await (await App.OliviaAsync()).PlaceAsync();
        await Eventually.TrueAsync(async () =>
        {
            App.Clock.Advance(TimeSpan.FromMilliseconds(500));
            return (await (await _there.OliviaAsync()).PlaceAsync()).Version >= version;
        });
    }
}
