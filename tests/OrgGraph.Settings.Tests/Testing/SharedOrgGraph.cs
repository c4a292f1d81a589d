namespace OrgGraph.Settings.Tests.Testing;

/// <summary>One server for all tests of a class that do not depend on each other.</summary>
public sealed class SharedOrgGraph : IAsyncLifetime
{
    public OrgGraphApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await OrgGraphApp.StartAsync();

    public async Task DisposeAsync() => await App.DisposeAsync();
}
