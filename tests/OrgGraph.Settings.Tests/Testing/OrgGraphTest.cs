using Microsoft.Extensions.DependencyInjection;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>A test with a server of its own.</summary>
public abstract class OrgGraphTest : IAsyncLifetime
{
    protected OrgGraphApp App { get; private set; } = null!;

    protected virtual (string Key, string Value)[] Settings => [];

    /// <summary>Last word on the services.</summary>
    protected virtual Action<IServiceCollection>? Configure => null;

    public virtual async Task InitializeAsync() => App = await OrgGraphApp.StartAsync(Settings, configure: Configure);

    public virtual async Task DisposeAsync() => await App.DisposeAsync();
}
