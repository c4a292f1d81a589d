using PuppeteerSharp;
using PuppeteerSharp.Input;
using Xunit.Sdk;

namespace OrgGraph.Settings.Tests.Browser;

/// <summary>Walks through Banana Cake Pop as a person would: open, sign the tab, run a query, subscribe, see an event.</summary>
internal static class IdeWalk
{
    private const string Operations = ".monaco-editor[data-uri*='/operations/']";

    // The response is the one editor that is neither the operations' nor the variables'. Monaco draws blanks as no-break spaces.
    private const string SeesInResponse = """
        text => [...document.querySelectorAll(".monaco-editor")]
            .filter(editor => !(editor.dataset.uri ?? "").startsWith("file:"))
            .some(editor => editor.innerText.replaceAll("\u00a0", " ").includes(text))
        """;

    private const string Paste = """
        text => {
            const clipboard = new DataTransfer();
            clipboard.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
        }
        """;

    /// <summary>Walks, and asserts that nothing was asked of another origin. A failure leaves a picture in <paramref name="pictureFolder"/>.</summary>
    public static async Task RunAsync(IdeScenario scenario, string? pictureFolder = null)
    {
        await using HeadlessChromium chromium = await HeadlessChromium.StartAsync();
        IPage page = chromium.Page;
        try
        {
            await OpenAsync(page, scenario.BaseUrl);
            await SetHeaderAsync(page, "authorization", "Bearer " + scenario.BearerToken);
            await RunOperationAsync(page, scenario.Query);
            await page.WaitForFunctionAsync(SeesInResponse, scenario.SeenInResult);
            await RunOperationAsync(page, scenario.Subscription);
            await CauseUntilSeenAsync(page, scenario);
        }
        catch (PuppeteerException problem)
        {
            string picture = Path.Combine(pictureFolder ?? Path.GetTempPath(), "orggraph-ide.png");
            await page.ScreenshotAsync(picture);
            throw new XunitException($"{problem.Message}\nPicture: {picture}\nConsole: {string.Join('\n', chromium.Errors)}", problem);
        }

        var own = new Uri(scenario.BaseUrl);
        Assert.DoesNotContain(chromium.Requests, asked => asked.Scheme is not ("data" or "blob") && asked.Authority != own.Authority);
        Assert.Contains(chromium.Requests, asked => asked.Scheme is "ws" or "wss");
        Assert.DoesNotContain(chromium.Errors, error => error.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase));
        if (pictureFolder is not null)
        {
            await page.ScreenshotAsync(Path.Combine(pictureFolder, "orggraph-ide.png"));
        }
    }

    private static async Task OpenAsync(IPage page, string baseUrl)
    {
        // Once its service worker has cached everything, some seconds later, the IDE reloads itself: in the middle of the typing.
        await page.EvaluateExpressionOnNewDocumentAsync("delete Navigator.prototype.serviceWorker");
        IResponse answer = await page.GoToAsync(baseUrl + "/graphql");
        Assert.True(answer.Ok, $"The IDE answered {answer.Status}.");
        Assert.Equal(baseUrl + "/graphql/", page.Url);
        await ClickAsync(page, "Create Document");
        await page.WaitForSelectorAsync(Operations + " .view-lines");
        await page.WaitForFunctionAsync("() => document.body.innerText.includes('Schema available')");
    }

    private static async Task SetHeaderAsync(IPage page, string name, string value)
    {
        await ClickAsync(page, "HTTP Headers");
        foreach ((string field, string text) in new[] { ("Name", name), ("Value", value) })
        {
            IElementHandle input = await page.WaitForSelectorAsync($"input[placeholder='{field}']");
            await input.ClickAsync();
            await page.Keyboard.SendCharacterAsync(text);
            await page.Keyboard.PressAsync(field == "Name" ? "Escape" : "Tab");
        }
    }

    private static async Task RunOperationAsync(IPage page, string document)
    {
        await page.ClickAsync(Operations + " .view-lines");
        await page.Keyboard.DownAsync(Key.Control);
        await page.Keyboard.PressAsync("KeyA");
        await page.Keyboard.UpAsync(Key.Control);
        // Typed braces would be closed by the editor; pasted ones are left alone.
        await page.EvaluateFunctionAsync(Paste, document);
        // The IDE parses in a worker and runs the document that it last parsed: the builder shows when it has caught up, the button a moment later.
        string name = document.Split([' ', '(', '{'], StringSplitOptions.RemoveEmptyEntries)[1];
        await page.WaitForFunctionAsync("name => ['Query', 'Subscription'].some(kind => document.body.innerText.includes(`${name}: ${kind}`))", name);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await ClickAsync(page, "Run Operation");
    }

    private static async Task CauseUntilSeenAsync(IPage page, IdeScenario scenario)
    {
        for (int attempt = 1; ; attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            await scenario.CauseEvent();
            try
            {
                await page.WaitForFunctionAsync(SeesInResponse, new WaitForFunctionOptions { Timeout = 5_000 }, scenario.SeenInEvent);
                return;
            }
            catch (WaitTaskTimeoutException) when (attempt < 5)
            {
                // The subscription may have begun after the event.
            }
        }
    }

    private static async Task ClickAsync(IPage page, string label)
    {
        IJSHandle found = await page.WaitForFunctionAsync(
            """
            label => [...document.querySelectorAll("button")].find(button => !button.disabled
                && [button.innerText.trim(), button.title, button.getAttribute("aria-label") ?? ""].some(text => text.startsWith(label)))
            """,
            label);
        await ((IElementHandle)found).ClickAsync();
    }
}
