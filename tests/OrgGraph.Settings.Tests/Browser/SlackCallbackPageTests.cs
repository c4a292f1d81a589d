using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Browser;

/// <summary>Slack's way back in a real browser: the page hands over to a page of the same origin, and to no other.</summary>
public sealed class SlackCallbackPageTests : OrgGraphTest
{
    private const string Dashboard = """
        () => {
          window.heard = [];
          window.channel = new BroadcastChannel("orggraph.slack");
          window.channel.onmessage = event => window.heard.push(event.data);
          window.channel.postMessage({ type: "slackReady" });
        }
        """;

    [SkippableFact]
    public async Task Code_and_state_are_handed_over_once_shown_until_then_and_cleared_from_the_address()
    {
        await using var browser = await HeadlessChromium.StartAsync();
        var page = browser.Page;
        var state = new string('s', 43) + "." + Convert.ToBase64String("/settings/integrations?tab=slack"u8).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        await page.GoToAsync($"{App.Address}integrations/slack/callback?code=1.code&state={state}");

        Assert.Equal($"{App.Address}integrations/slack/callback", page.Url);
        Assert.Equal(("1.code", state), (await TextAsync("#code"), await TextAsync("#state")));
        Assert.Equal($"{App.Address}settings/integrations?tab=slack", await page.EvaluateExpressionAsync<string>("document.getElementById('back').href"));
        var dashboard = await page.Browser.NewPageAsync();
        await dashboard.GoToAsync($"{App.Address}health/live");
        await dashboard.EvaluateFunctionAsync(Dashboard);
        await dashboard.WaitForExpressionAsync("window.heard.length > 0");
        var heard = await dashboard.EvaluateExpressionAsync<JsonElement>("window.heard[0]");
        Assert.Equal(("slackCallback", "1.code", state), (heard.GetProperty("type").GetString(), heard.GetProperty("code").GetString(), heard.GetProperty("state").GetString()));
        await dashboard.EvaluateFunctionAsync("state => window.channel.postMessage({ type: 'slackReceived', state })", state);
        await page.WaitForExpressionAsync("!document.getElementById('code')");

        Assert.Empty(browser.Errors);
        Assert.All(browser.Requests, address => Assert.Equal("/integrations/slack/callback", address.AbsolutePath));

        Task<string> TextAsync(string selector) => page.EvaluateFunctionAsync<string>("selector => document.querySelector(selector).textContent", selector);
    }

    [SkippableFact]
    public async Task Hostile_parameters_are_text_and_lead_nowhere_else()
    {
        await using var browser = await HeadlessChromium.StartAsync();
        var page = browser.Page;
        var state = "x." + Convert.ToBase64String("https://evil.test/"u8).TrimEnd('=');
        await page.GoToAsync($"{App.Address}integrations/slack/callback?code={Uri.EscapeDataString("<img src=x onerror=document.title=1>")}&state={state}");

        Assert.Equal("<img src=x onerror=document.title=1>", await page.EvaluateExpressionAsync<string>("document.getElementById('code').textContent"));
        Assert.Equal($"{App.Address}settings/integrations", await page.EvaluateExpressionAsync<string>("document.getElementById('back').href"));
        await page.GoToAsync($"{App.Address}integrations/slack/callback?error=access_denied&state=x");
        Assert.Contains("consent was not given", await page.EvaluateExpressionAsync<string>("document.getElementById('said').textContent"), StringComparison.Ordinal);
        Assert.Empty(browser.Errors);
    }
}
