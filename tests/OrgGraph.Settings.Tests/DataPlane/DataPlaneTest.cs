using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.DataPlane;

/// <summary>What the tests of the data plane ask and wait for.</summary>
internal static class DataPlaneTest
{
    public const string Fields = "apiUrl proxyUrl realtimeUrl isSelfHosted resolvesSecrets tokenDelivery tokenDeliveryError capabilities version "
        + "serviceToken { id status serviceAccount { id name managedBy } } lastTests { endpoint outcome httpStatus }";

    public static async Task<JsonElement> DataPlaneAsync(this Team team) => (await team.QueryAsync($"dataPlane {{ {Fields} }}")).GetProperty("dataPlane");

    public static async Task<string> DeliveryAsync(this Team team) => (await team.DataPlaneAsync()).GetProperty("tokenDelivery").GetString()!;

    public static Task EventuallyAsync(this Team team, string delivery) => Eventually.TrueAsync(async () => await team.DeliveryAsync() == delivery);

    public static async Task<Payload> SaveAsync(this Team team, object fields)
    {
        var input = JsonSerializer.SerializeToNode(fields)!.AsObject();
        input["organizationId"] = team.Id;
        return await team.Owner.Client.MutateAsync("updateDataPlane", input, $"organization {{ dataPlane {{ {Fields} }} }}");
    }

    /// <summary>Saves an address, and waits until the token is there.</summary>
    public static async Task DeliveredAsync(this Team team, PlayedDataPlane plane)
    {
        Assert.Empty((await team.SaveAsync(new { apiUrl = plane.Address })).Errors);
        await team.EventuallyAsync("DELIVERED");
    }

    /// <summary>Whether the token still lets somebody in.</summary>
    public static async Task<bool> LetsInAsync(this OrgGraphApp app, string token) =>
        (await app.With(token).SendAsync("{ viewer { credential { kind } } }")).Status == System.Net.HttpStatusCode.OK;

    /// <summary>Managed accounts and their tokens that work: there is never more than one of each.</summary>
    public static async Task<(int Accounts, int Tokens)> ManagedAsync(this Team team)
    {
        var accounts = (await team.QueryAsync("serviceAccounts(first: 100) { nodes { managedBy tokens { totalCount } } }")).GetProperty("serviceAccounts").GetProperty("nodes").EnumerateArray()
            .Where(account => account.GetProperty("managedBy").GetString() == "DATA_PLANE").ToList();
        return (accounts.Count, accounts.Sum(account => account.GetProperty("tokens").GetProperty("totalCount").GetInt32()));
    }
}
