namespace OrgGraph.Settings.Tests.Testing;

/// <summary>One server for the tests of a collection: each has an organization of its own on it, and leaves the clock alone.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public OrgGraphApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await OrgGraphApp.StartAsync();

    public async Task DisposeAsync() => await App.DisposeAsync();
}

/// <summary>A test with an organization of its own.</summary>
public abstract class TeamTest(SharedServer server) : IAsyncLifetime
{
    protected OrgGraphApp App => server.App;

    protected Team Team { get; private set; } = null!;

    protected Client Owner => Team.Owner.Client;

    public virtual async Task InitializeAsync() => Team = await Team.FoundAsync(App);

    public virtual Task DisposeAsync() => Task.CompletedTask;
}
