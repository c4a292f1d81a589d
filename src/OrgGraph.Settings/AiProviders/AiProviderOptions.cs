namespace OrgGraph.Settings.AiProviders;

/// <summary>The section <c>OrgGraph:AiProviders</c> of the configuration.</summary>
public sealed class AiProviderOptions
{
    /// <summary>By type: where the vendor's API is, when not where the vendor has it. Providers with an address of their own keep it.</summary>
    public Dictionary<string, string> BaseUrls { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether all of it makes sense.</summary>
    /// <exception cref="InvalidOperationException">Something does not; the message names the key.</exception>
    public void Check()
    {
        foreach (var (type, url) in BaseUrls)
        {
            if (!ProviderCatalog.Vendors.Any(kind => string.Equals(kind.Type, type, StringComparison.OrdinalIgnoreCase)))
            {
                throw new InvalidOperationException($"OrgGraph__AiProviders__BaseUrls__{type}: there is no AI provider of that type.");
            }

            if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || (parsed.Scheme != Uri.UriSchemeHttps && parsed.Scheme != Uri.UriSchemeHttp))
            {
                throw new InvalidOperationException($"OrgGraph__AiProviders__BaseUrls__{type}: {url} is no http or https address.");
            }
        }
    }

    /// <summary>The address that was set for a type; null: the vendor's own.</summary>
    internal string? BaseUrl(string type) => BaseUrls.FirstOrDefault(entry => string.Equals(entry.Key, type, StringComparison.OrdinalIgnoreCase)).Value;
}
