namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>One OpenID Connect issuer whose tokens sign people in: <c>OrgGraph:Authentication:Issuers:N</c>.</summary>
public sealed class IssuerOptions
{
    /// <summary>The issuer, letter by letter as its tokens and its metadata name it.</summary>
    public string Authority { get; set; } = "";

    /// <summary>What a token's <c>aud</c> must hold.</summary>
    public string Audience { get; set; } = "";

    /// <summary>Whether its verified e-mails count. Unset: yes for a single issuer, no for one of several.</summary>
    public bool? TrustsEmail { get; set; }

    /// <summary>Throws when an issuer cannot be used; the message says which setting to change.</summary>
    public static void Check(IReadOnlyList<IssuerOptions> issuers, bool isDevelopment)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < issuers.Count; index++)
        {
            var issuer = issuers[index];
            var key = $"OrgGraph__Authentication__Issuers__{index}__";
            if (!IsAddress(issuer.Authority, out var authority))
            {
                throw new InvalidOperationException($"{key}Authority must be the issuer's address, e.g. https://login.example.com, without query or fragment.");
            }

            if (authority.Scheme != Uri.UriSchemeHttps && !isDevelopment)
            {
                throw new InvalidOperationException($"{key}Authority must be https outside Development.");
            }

            if (string.IsNullOrWhiteSpace(issuer.Audience))
            {
                throw new InvalidOperationException($"{key}Audience must be set to the audience for which the issuer makes OrgGraph's tokens.");
            }

            if (!seen.Add(issuer.Authority))
            {
                throw new InvalidOperationException($"{key}Authority is the same as an earlier issuer's; name each issuer once.");
            }
        }
    }

    internal bool IsTrustedForEmail(int issuerCount) => TrustsEmail ?? issuerCount == 1;

    private static bool IsAddress(string text, out Uri address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address!)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address is { Query: "", Fragment: "", UserInfo: "" };
}
