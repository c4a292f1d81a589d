namespace OrgGraph.Settings.Tests.Testing;

/// <summary>A test with a server of its own.</summary>
public abstract class OrgGraphTest : IAsyncLifetime
{
    protected OrgGraphApp App { get; private set; } = null!;

    protected virtual (string Key, string Value)[] Settings => [];

    public virtual async Task InitializeAsync() => App = await OrgGraphApp.StartAsync(Settings);

    public virtual async Task DisposeAsync() => await App.DisposeAsync();
}
