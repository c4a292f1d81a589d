using System.Globalization;
using System.Text.Json;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.DataPlane;

/// <summary>
/// Brings the token to the data plane: POST /service-token/upsert, then HEAD /service-token/{name}. Both carry the new token as their
/// credential too, so that a data plane can ask this server whether it is good before it believes anything. Doing it twice does no harm.
/// </summary>
internal sealed class DataPlaneClient(IOutboundHttp outbound)
{
    /// <summary>Under which name the data plane keeps it: one data plane may serve several organizations.</summary>
    public static string NameOf(OrganizationSnapshot organization) => $"orggraph-{GlobalId.Organization(organization.OrganizationId)}";

    /// <summary>Delivers the token.</summary>
    /// <returns>Why it is not there, for people; null: it is.</returns>
    public async Task<string?> DeliverAsync(OrganizationSnapshot organization, Secret token, CancellationToken cancellation)
    {
        var url = organization.DataPlane.ApiUrl!;
        var name = NameOf(organization);
        var body = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["name"] = name,
            ["token"] = token.Reveal(),
            ["org_id"] = GlobalId.Organization(organization.OrganizationId).ToString(),
            ["org_name"] = organization.Settings.Name,
        });
        var upsert = Call(HttpMethod.Post, DataPlaneUrls.Under(url, "/service-token/upsert"), token) with { Body = (new Secret(body), "application/json") };
        return await AskAsync(upsert, "it did not take the token.", cancellation)
            ?? await AskAsync(Call(HttpMethod.Head, DataPlaneUrls.Under(url, $"/service-token/{name}"), token), "it took the token, and does not know it.", cancellation);
    }

    private static OutboundCall Call(HttpMethod method, Uri url, Secret token) =>
        new(method, url) { Headers = [("Authorization", new Secret("Bearer " + token.Reveal()))] };

    private async Task<string?> AskAsync(OutboundCall call, string refusal, CancellationToken cancellation)
    {
        var answer = await outbound.SendAsync(call, cancellation);
        var tried = $"{call.Method} {call.Url.AbsoluteUri}";
        return answer switch
        {
            OutboundAnswer.Answered { Status: >= 200 and < 300, IsWhole: true } => null,
            OutboundAnswer.Answered { Status: >= 200 and < 300 } => $"{tried} answered far more than a data plane does.",
            OutboundAnswer.Answered { Status: var status } => string.Create(CultureInfo.InvariantCulture, $"{tried} answered {status}: {refusal}"),
            _ => EndpointProbes.Tell(tried, answer, answer.Outcome()),
        };
    }
}
