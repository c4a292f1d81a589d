using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

public sealed partial class SlackCallbackTests(SharedOrgGraph server) : IClassFixture<SharedOrgGraph>
{
    private const string Address = "/integrations/slack/callback?code=1.secret-code&state=secret-state";

    [Fact]
    public async Task Page_is_kept_nowhere_loads_nothing_and_cannot_be_framed()
    {
        using var answer = await server.App.Http.GetAsync(Address);
        var text = await answer.Content.ReadAsStringAsync();
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();

        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8", true), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString(), answer.Headers.CacheControl!.NoStore));
        Assert.Equal(("same-origin", "no-referrer"), (answer.Headers.GetValues("Cross-Origin-Opener-Policy").Single(), answer.Headers.GetValues("Referrer-Policy").Single()));
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains($"script-src '{HashOf(Script().Match(text).Groups[1].Value)}'", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src '{HashOf(Style().Match(text).Groups[1].Value)}'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_slack_hands_over_is_in_neither_page_nor_log()
    {
        var text = await server.App.Http.GetStringAsync(Address);

        Assert.DoesNotContain("secret-code", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-state", text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.App.Logs.Lines, line => line.Contains("secret-code", StringComparison.Ordinal) || line.Contains("secret-state", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_posted_there()
    {
        using var answer = await server.App.Http.PostAsync(Address, null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    private static string HashOf(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
