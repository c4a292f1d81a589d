using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ApiKeys;

/// <summary>Whoever presents a credential that is not good learns nothing from the answer, whatever is wrong with it.</summary>
public sealed partial class RefusedCredentialTests(SharedOrgGraph shared) : ApiKeyTest(shared)
{
    [Fact]
    public async Task Answers_are_equal_whatever_is_wrong()
    {
        var vera = await App.VeraAsync();
        var (revokedId, revoked) = await vera.MakeKeyAsync("Revoked");
        var (_, expired) = await vera.MakeKeyAsync("Expired", App.Clock.GetUtcNow().AddMinutes(1));
        await vera.MutateAsync("revokeApiKey", new { apiKeyId = revokedId });
        await App.PassAsync(TimeSpan.FromMinutes(1));
        var unknown = OrgGraph.Secrets.CredentialToken.Create(OrgGraph.Secrets.CredentialKind.ApiKey).Token.Reveal();

        var answers = new List<string>();
        foreach (var token in new[] { unknown, revoked.Credential!, expired.Credential!, Mistype(unknown), "sk-proj-1234", "nonsense", "eyJhbGciOiJub25lIn0.e30." })
        {
            answers.Add((await AnswerAsync(token)).Text);
        }

        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.StartsWith("401", answers[0], StringComparison.Ordinal);
        Assert.Contains("WWW-Authenticate: Bearer error=\"invalid_token\"", answers[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Malformed_ones_cost_no_database_command()
    {
        var token = OrgGraph.Secrets.CredentialToken.Create(OrgGraph.Secrets.CredentialKind.ApiKey).Token.Reveal();
        string[] malformed = [Mistype(token), token[..^1], token + "0", "sk-" + token[3..].ToLowerInvariant(), "bt-st-" + token[3..], "sk-", "x"];
        foreach (var one in malformed)
        {
            Assert.Equal((one, 0), (one, (await AnswerAsync(one)).Reads));
        }

        Assert.DoesNotContain(App.Logs.Lines, line => line.Contains(token[3..30], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unknown_revoked_and_expired_cost_the_same()
    {
        var vera = await App.VeraAsync();
        var (revokedId, revoked) = await vera.MakeKeyAsync("Revoked");
        var (_, expired) = await vera.MakeKeyAsync("Expired", App.Clock.GetUtcNow().AddMinutes(1));
        await WorksAsync(revoked);
        await WorksAsync(expired);
        await vera.MutateAsync("revokeApiKey", new { apiKeyId = revokedId });
        await App.PassAsync(TimeSpan.FromMinutes(1));

        var costs = new List<int>();
        foreach (var token in new[] { OrgGraph.Secrets.CredentialToken.Create(OrgGraph.Secrets.CredentialKind.ApiKey).Token.Reveal(), revoked.Credential!, expired.Credential! })
        {
            costs.Add((await AnswerAsync(token)).Reads);
        }

        Assert.Equal([1, 1, 1], costs);
    }

    // One character is another one: the checksum tells.
    private static string Mistype(string token) => token[..10] + (token[10] == 'a' ? 'b' : 'a') + token[11..];

    private async Task<(string Text, int Reads)> AnswerAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent("""{"query":"{ viewer { credential { kind } } }"}""", Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await App.Http.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers).Where(header => header.Key is not ("Date" or "OrgGraph-Trace-Id")).Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
        var text = $"{(int)response.StatusCode}\n{string.Join('\n', headers)}\n{await response.Content.ReadAsStringAsync()}";
        return (TraceId().Replace(text, "<trace>"), App.Database.ReadsOf(Answer.TraceOf(response)));
    }

    [GeneratedRegex("[0-9a-f]{32}")]
    private static partial Regex TraceId();
}
