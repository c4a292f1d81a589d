using System.Net;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>When a server is not ready, and that it lives all the same.</summary>
public sealed class HealthTests : OrgGraphTest
{
    [Theory]
    [InlineData("DELETE FROM __EFMigrationsHistory WHERE MigrationId = (SELECT MAX(MigrationId) FROM __EFMigrationsHistory)")]
    [InlineData("DROP TABLE __EFMigrationsHistory")]
    public async Task Not_ready_when_the_database_is_not_the_migrated_one(string change)
    {
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health/ready")).Status);

        await TestDatabase.RunAsync(App, change);

        var (status, text) = await GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("{\"status\":\"unhealthy\",\"checks\":{\"database\":\"unhealthy\",\"keyRing\":\"healthy\"}}", text);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health/live")).Status);
    }

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(string address)
    {
        using var answer = await App.Http.GetAsync(address);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
