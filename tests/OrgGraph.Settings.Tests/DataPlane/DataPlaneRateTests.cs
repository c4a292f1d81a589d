using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.DataPlane;

/// <summary>Tests of the data plane count with the other connectivity tests.</summary>
public sealed class DataPlaneRateTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:RateLimiting", "true")];

    [Fact]
    public async Task Ten_tests_a_minute_are_run_and_an_eleventh_is_not()
    {
        await using var plane = new PlayedDataPlane();
        var team = await Team.FoundAsync(App);
        await team.SaveAsync(new { proxyUrl = plane.Address });
        var input = new { organizationId = team.Id };
        for (var i = 0; i < 10; i++)
        {
            Assert.Empty((await team.Owner.Client.MutateAsync("testDataPlane", input)).Errors);
        }

        var refused = await team.Owner.Client.SendMutationAsync("testDataPlane", input);

        Assert.Equal(["RATE_LIMITED"], refused.Codes);
        Assert.Equal(10, plane.Connections);
    }
}
