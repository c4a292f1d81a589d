using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.AiProviders;

/// <summary>A provider with its secrets opened, to be tried.</summary>
/// <param name="Secret">Its secret; null: it has none.</param>
/// <param name="Headers">Its headers, templates not filled in.</param>
/// <param name="SecretSettings">Its secret settings by name.</param>
internal sealed record OpenedProvider(ProviderDraft Draft, Secret? Secret, IReadOnlyList<(string Name, Secret Value)> Headers, IReadOnlyDictionary<string, Secret> SecretSettings)
{
    /// <summary>The token that the vendor's sign-in service gave for the secret, where one does.</summary>
    public Secret? Token { get; init; }
}

/// <summary>Makes the request by which a provider is tried: one that costs nothing, to where its requests go.</summary>
public sealed partial class ProviderProbe(AiProviderOptions options)
{
    /// <summary>Less than a mutation may take, so that there is time to write down that it took too long.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    // What a custom endpoint's address may end in already.
    private static readonly string[] Operations = ["/chat/completions", "/completions", "/embeddings", "/models"];

    /// <summary>Whether a request can be made at all; null: it can.</summary>
    internal static ValidationError? WhyNot(ProviderDraft draft) =>
        draft.Kind.Probe is null ? new ValidationError($"A provider of type {draft.Kind.Type} has no address that could be tried.", "type")
        : AuthOf(draft) == ProbeAuth.NotFromHere
            ? new ValidationError($"With {draft.Auth.Name} a provider gets its token from a service that trusts others than this server: it cannot be tried from here.", "settings")
        : null;

    /// <summary>The request for a token that comes first; null: none does.</summary>
    internal OutboundCall? SignIn(OpenedProvider provider, DateTimeOffset now) =>
        ProviderSignIn.Call(provider, options.BaseUrl(provider.Draft.Kind.Type), now) is { } call ? call with { Patience = Patience } : null;

    /// <summary>The request by which it is tried.</summary>
    /// <param name="model">The model that is meant; null: any.</param>
    /// <param name="email">Who tries it.</param>
    internal OutboundCall Make(OpenedProvider provider, string? model, string email, DateTimeOffset now)
    {
        var draft = provider.Draft;
        var (url, body) = Target(draft, model);
        var templates = new Dictionary<string, string> { [DraftHeaders.Email] = email, [DraftHeaders.Model] = model ?? "", [DraftHeaders.ApiKey] = provider.Secret?.Reveal() ?? "" };
        var headers = provider.Headers.Select(header => (header.Name, DraftHeaders.Fill(header.Value, templates))).ToList();
        var method = body is null ? HttpMethod.Get : HttpMethod.Post;
        foreach (var header in Signed(provider, method, url, now).Concat(draft.Kind.Probe!.Headers.Select(header => (header.Name, new Secret(header.Value)))))
        {
            // What somebody set by hand is what they mean.
            if (!headers.Exists(other => string.Equals(other.Item1, header.Item1, StringComparison.OrdinalIgnoreCase)))
            {
                headers.Add(header);
            }
        }

        return new OutboundCall(method, url) { Headers = headers, Body = body is null ? null : (new Secret(body), "application/json"), Patience = Patience };
    }

    /// <summary>What happened, for people: the way that was tried, and never a word of what came back.</summary>
    internal static string Tell(OutboundCall call, OutboundAnswer answer)
    {
        var tried = $"{call.Method} {call.Url.GetLeftPart(UriPartial.Path)}";
        return answer switch
        {
            OutboundAnswer.Failed failed => $"{tried}: {failed.Reason}",
            OutboundAnswer.Answered { Status: var status } => string.Create(CultureInfo.InvariantCulture, $"{tried} answered {status}: {Meaning(status)}"),
            _ => tried,
        };
    }

    private static string Meaning(int status) => status switch
    {
        >= 200 and < 300 => "it was accepted.",
        >= 300 and < 400 => "it sends requests elsewhere, and they do not follow. Enter the address that it means.",
        401 or 403 => "the secret was not accepted.",
        404 or 405 => "nothing is there that could be asked. Check the address and the model.",
        429 => "too many requests were made there.",
        >= 500 => "the service itself has a problem.",
        _ => "it was not accepted.",
    };

    private static ProbeAuth AuthOf(ProviderDraft draft) =>
        draft.Auth.Probe ?? (draft.Value("auth_format") == "api_key" ? ProbeAuth.ApiKey : draft.Kind.Probe!.Auth);

    private (Uri Url, string? Body) Target(ProviderDraft draft, string? model)
    {
        var probe = draft.Kind.Probe!;
        var given = draft.EndpointUrl ?? draft.Settings.FirstOrDefault(setting => setting.Name == "api_base")?.Value;
        var address = new UriBuilder(given ?? options.BaseUrl(draft.Kind.Type) ?? Fill(probe.Base!, draft, null));
        var (path, body) = draft.Kind.IsCustom ? CustomPath(draft, address, model) : (model is not null && probe.ModelPath is { } one ? one : probe.Path, null);
        var parts = Fill(path, draft, model).Split('?', 2);
        address.Path = address.Path.TrimEnd('/') + parts[0];
        address.Query = string.Join('&', new[] { address.Query.TrimStart('?'), parts.ElementAtOrDefault(1) ?? "" }.Where(part => part.Length > 0));
        return (address.Uri, body);
    }

    // With a model named the smallest question that it can be asked: many servers of one's own list no models.
    private static (string Path, string? Body) CustomPath(ProviderDraft draft, UriBuilder address, string? model)
    {
        var suffix = Operations.FirstOrDefault(operation => address.Path.TrimEnd('/').EndsWith(operation, StringComparison.Ordinal));
        address.Path = suffix is null ? address.Path : address.Path.TrimEnd('/')[..^suffix.Length];
        if (model is null)
        {
            return ("/models", null);
        }

        return draft.FlavorOf(model) switch
        {
            ModelFlavor.Embedding => ("/embeddings", JsonSerializer.Serialize(new { model, input = "ping" })),
            ModelFlavor.Completion => ("/completions", JsonSerializer.Serialize(new { model, prompt = "ping", max_tokens = 1 })),
            _ => ("/chat/completions", JsonSerializer.Serialize(new { model, messages = new[] { new { role = "user", content = "ping" } }, max_tokens = 1 })),
        };
    }

    private static string Fill(string text, ProviderDraft draft, string? model) =>
        Placeholder().Replace(text, match => Uri.EscapeDataString(match.Groups[1].Value == "model" ? model ?? "" : draft.Value(match.Groups[1].Value) ?? ""));

    private static IEnumerable<(string Name, Secret Value)> Signed(OpenedProvider provider, HttpMethod method, Uri url, DateTimeOffset now)
    {
        if ((provider.Token ?? provider.Secret) is not { } secret)
        {
            return [];
        }

        return AuthOf(provider.Draft) switch
        {
            ProbeAuth.Bearer or ProbeAuth.EntraToken or ProbeAuth.WorkspaceToken or ProbeAuth.ServiceAccountToken => [("Authorization", new Secret("Bearer " + secret.Reveal()))],
            ProbeAuth.ApiKey => [("api-key", secret)],
            ProbeAuth.XApiKey => [("x-api-key", secret)],
            ProbeAuth.GoogApiKey => [("x-goog-api-key", secret)],
            ProbeAuth.AwsSignature => AwsSignature.Sign(
                method, url, provider.Draft.Value("region")!, "bedrock", provider.SecretSettings["access_key"].Reveal(), secret.Reveal(), provider.SecretSettings.GetValueOrDefault("session_token")?.Reveal(), now),
            _ => [],
        };
    }

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex Placeholder();
}
