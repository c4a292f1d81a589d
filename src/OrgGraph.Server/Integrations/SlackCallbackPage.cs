using System.Security.Cryptography;
using System.Text;
using OrgGraph.Settings.Slack;

namespace OrgGraph.Server.Integrations;

/// <summary>
/// The page to which Slack leads back. It hands code and state to the dashboard by a channel that only pages of this origin hear, or shows
/// them; it connects nothing by itself, for it knows nobody. It loads nothing, is kept nowhere and clears its address.
/// </summary>
internal static class SlackCallbackPage
{
    /// <summary>
    /// What is told on the channel: <c>{type: "slackCallback", code, state}</c> or <c>{type: "slackCallback", error}</c> by this page, at once and
    /// whenever somebody says <c>{type: "slackReady"}</c>; <c>{type: "slackReceived", state}</c> by who has taken it.
    /// </summary>
    internal const string Channel = "orggraph.slack";

    private const string Script = $$"""
        "use strict";
        const given = new URLSearchParams(location.search);
        history.replaceState(null, "", location.pathname);
        const [code, state, error] = ["code", "state", "error"].map(name => given.get(name));
        const show = (id, text) => { document.getElementById(id).textContent = text; document.getElementById(id).parentElement.hidden = false; };
        const say = text => { document.getElementById("said").textContent = text; };
        const back = document.getElementById("back");
        try {
          const path = atob((state ?? "").split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
          const url = new URL(path, location.origin);
          if (url.origin === location.origin) back.href = url.pathname + url.search + url.hash;
        } catch { }
        if (error || !code || !state) {
          say(error === "access_denied" ? "Nothing was connected: consent was not given in Slack." : "Slack handed over nothing to connect with. Begin again in the settings.");
        } else {
          say("Waiting for the settings page. Open it in this browser, or pass these two to completeSlackConnection within ten minutes.");
          show("code", code);
          show("state", state);
        }
        const channel = new BroadcastChannel("{{Channel}}");
        const tell = () => channel.postMessage(error || !code || !state ? { type: "slackCallback", error: error || "missing" } : { type: "slackCallback", code, state });
        channel.onmessage = event => {
          if (event.data?.type === "slackReady") tell();
          if (event.data?.type === "slackReceived" && event.data.state === state) {
            for (const part of document.querySelectorAll("p[data-secret]")) part.remove();
            say("The settings page has taken over. You can close this window.");
            channel.close();
            window.close();
          }
        };
        tell();
        """;

    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}code{overflow-wrap:anywhere}";

    private static readonly byte[] Page = Encoding.UTF8.GetBytes($"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Connecting Slack</title><style>{Style}</style></head>
        <body>
        <h1>Connecting Slack</h1>
        <p id="said" role="status">This page needs JavaScript to hand over what Slack gave.</p>
        <p data-secret hidden>Code: <code id="code"></code></p>
        <p data-secret hidden>State: <code id="state"></code></p>
        <p><a id="back" href="/settings/integrations" target="_blank" rel="noopener">Open the settings</a></p>
        <script>{Script}</script>
        </body>
        </html>
        """);

    private static readonly string Policy =
        $"default-src 'none'; script-src '{HashOf(Script)}'; style-src '{HashOf(Style)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapSlackCallback(this IEndpointRouteBuilder endpoints) => endpoints.MapMethods(SlackCallback.Path, [HttpMethods.Get, HttpMethods.Head], context =>
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = Page.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(Page, context.RequestAborted).AsTask();
    });

    private static string HashOf(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
