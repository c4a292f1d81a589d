using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Secrets;

public sealed partial class LeakSweepTests
{
    // The data plane's token: waiting to be delivered, told back by a hostile one, shown to be installed by hand.
    private async Task InstallAsync(Client olivia)
    {
        await using var plane = Outbound.PlayingServer.Start();
        plane.Play = (stream, request, cancellation) => Outbound.PlayingServer.Answer(400, request.Body, $"X-Echo: {request.Header("Authorization")}")(stream, request, cancellation);
        await olivia.MutateAsync("updateDataPlane", new { organizationId = App.Acme, apiUrl = plane.Address });
        await App.DoDueWorkAsync();
        var shown = await olivia.MutateAsync("refreshDataPlaneToken", new { organizationId = App.Acme, reveal = true }, "secret");
        await olivia.MutateAsync("refreshDataPlaneToken", new { organizationId = App.Acme });
        await App.DoDueWorkAsync();

        string[] told = [.. plane.Heard.Select(request => request.Header("Authorization")["Bearer ".Length..])];
        Assert.Equal(2, told.Distinct().Count());
        _secrets.AddRange([.. told, shown.Text("secret")]);
    }
}
