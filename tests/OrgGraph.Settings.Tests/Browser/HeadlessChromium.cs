using System.Collections.Concurrent;
using PuppeteerSharp;

namespace OrgGraph.Settings.Tests.Browser;

/// <summary>A real browser with an empty profile, and a note of every address that its page asks for.</summary>
internal sealed class HeadlessChromium : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";

    private readonly DirectoryInfo _profile;
    private readonly IBrowser _browser;

    private HeadlessChromium(DirectoryInfo profile, IBrowser browser, IPage page)
    {
        _profile = profile;
        _browser = browser;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>Addresses of requests and sockets, in the order in which they were opened.</summary>
    public ConcurrentQueue<Uri> Requests { get; } = [];

    /// <summary>Errors on the console, blocked requests and violations of the content security policy among them.</summary>
    public ConcurrentQueue<string> Errors { get; } = [];

    /// <summary>Starts the browser, or skips the test where there is none.</summary>
    public static async Task<HeadlessChromium> StartAsync()
    {
        Skip.IfNot(File.Exists(Executable), $"No browser at {Executable}.");
        DirectoryInfo profile = Directory.CreateTempSubdirectory("orggraph-chromium-");
        IBrowser browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = Executable,
            UserDataDir = profile.FullName,
            // Two busy cores start a browser slowly; a test that hangs ends all the same.
            Timeout = 60_000,
            ProtocolTimeout = 60_000,
            DefaultViewport = new ViewPortOptions { Width = 1400, Height = 900 },
            Args =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
        var chromium = new HeadlessChromium(profile, browser, await browser.NewPageAsync());
        await chromium.ListenAsync();
        return chromium;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _browser.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser may still be writing; the folder is in the temporary one anyway.
        }
    }

    private async Task ListenAsync()
    {
        Page.DefaultTimeout = 60_000;
        Page.PageError += (_, e) => Errors.Enqueue(e.Message);
        Page.Console += (_, e) =>
        {
            if (e.Message.Type == ConsoleType.Error)
            {
                Errors.Enqueue(e.Message.Text);
            }
        };
        // The IDE's engine lives in a worker, whose requests and sockets the page's own events do not tell.
        Page.WorkerCreated += async (_, e) => await ListenAsync(e.Worker.Client);
        await ListenAsync(Page.Client);
    }

    private async Task ListenAsync(ICDPSession session)
    {
        session.MessageReceived += (_, e) =>
        {
            if (e.MessageID == "Network.webSocketCreated")
            {
                Requests.Enqueue(new Uri(e.MessageData.GetProperty("url").GetString()!));
            }
            else if (e.MessageID == "Network.requestWillBeSent")
            {
                Requests.Enqueue(new Uri(e.MessageData.GetProperty("request").GetProperty("url").GetString()!));
            }
        };
        try
        {
            await session.SendAsync("Network.enable");
        }
        catch (PuppeteerException)
        {
            // The worker is gone already, and with it what it could have asked for.
        }
    }
}
