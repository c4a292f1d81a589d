using System.Globalization;
using System.Text.RegularExpressions;
using OrgGraph.Secrets;

namespace OrgGraph.Settings.AiProviders;

/// <summary>The headers of a draft: which they may be, and what their templates are filled with.</summary>
internal static partial class DraftHeaders
{
    private const int Most = 100;
    private const int LongestValue = 8192;

    public const string Email = "email";
    public const string Model = "model";
    public const string ApiKey = "api_key";

    // They say how the connection is used and whom it leads to, which is not for a provider's headers to say.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "HTTP2-Settings", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <summary>A list that is given is the whole of them; one without a value keeps the stored one.</summary>
    public static (IReadOnlyList<DraftHeader> Headers, ValidationError? Error) Merge(IReadOnlyList<ProviderHeader> stored, IProviderValues values, GivenTexts texts)
    {
        if (!values.Has("headers"))
        {
            return ([.. stored.Select(header => new DraftHeader(header.Name, new DraftText(header.Value, null)))], null);
        }

        var given = values.Headers ?? [];
        if (given.Length > Most)
        {
            return ([], new ValidationError($"A provider has at most {Most} headers.", "headers"));
        }

        var merged = new List<DraftHeader>();
        for (var i = 0; i < given.Length; i++)
        {
            var name = given[i].Name.Trim();
            if (CheckName(name, merged) is { } badName)
            {
                return ([], new ValidationError(badName, PathOf(i)));
            }

            if (texts.Headers[i] is { } value)
            {
                if (CheckValue(value.Reveal()) is { } badValue)
                {
                    return ([], new ValidationError($"{name}: {badValue}", PathOf(i)));
                }

                merged.Add(new DraftHeader(name, new DraftText(null, value)));
            }
            else if (stored.FirstOrDefault(header => IsSame(header.Name, name)) is { } known)
            {
                merged.Add(new DraftHeader(name, new DraftText(known.Value, null)));
            }
            else
            {
                return ([], new ValidationError($"{name} needs a value: none is stored.", PathOf(i)));
            }
        }

        return (merged, null);
    }

    /// <summary>
    /// Whether any header was added or given another value, either of which may route requests. A value that is given anew counts: nobody
    /// compares it with the stored one. One that is taken away names no other place.
    /// </summary>
    public static bool Differ(IReadOnlyList<ProviderHeader> stored, IReadOnlyList<DraftHeader> draft) =>
        draft.Any(header => !header.Value.IsKept || !stored.Any(other => IsSame(other.Name, header.Name)));

    /// <summary>The place of a header among what was given; the headers as a whole when they were left out.</summary>
    public static string[] PathOf(IProviderValues values, string name)
    {
        var index = Array.FindIndex(values.Headers ?? [], header => IsSame(header.Name.Trim(), name));
        return index < 0 ? ["headers"] : PathOf(index);
    }

    /// <summary>Fills a value's templates.</summary>
    public static Secret Fill(Secret value, IReadOnlyDictionary<string, string> with) =>
        new(Template().Replace(value.Reveal(), match => with.GetValueOrDefault(match.Groups[1].Value) ?? ""));

    /// <summary>Fills in the secret alone; who calls and with which model only the one who sends the request knows.</summary>
    public static Secret FillSecret(Secret value, Secret? secret) =>
        new(Template().Replace(value.Reveal(), match => match.Groups[1].Value == ApiKey ? secret?.Reveal() ?? "" : match.Value));

    private static string? CheckName(string name, List<DraftHeader> before) =>
        !HeaderName().IsMatch(name) ? "A header's name is 1 to 256 letters, digits and hyphens."
        : Reserved.Contains(name) ? $"{name} cannot be set: it belongs to the connection itself."
        : before.Exists(header => IsSame(header.Name, name)) ? $"{name} is given twice."
        : null;

    private static string? CheckValue(string value)
    {
        if (value.Length > LongestValue)
        {
            return $"the value is longer than {LongestValue} characters.";
        }

        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return "the value holds a line break or another character that headers cannot have.";
        }

        var wrong = Template().Matches(value).Select(match => match.Groups[1].Value).FirstOrDefault(name => name is not (Email or Model or ApiKey));
        var isOdd = value.Contains("{{{", StringComparison.Ordinal) || Template().Replace(value, "").Contains("{{", StringComparison.Ordinal);
        return wrong is not null || isOdd
            ? "the only templates are {{email}}, {{model}} and {{api_key}}."
            : null;
    }

    private static bool IsSame(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static string[] PathOf(int index) => ["headers", index.ToString(CultureInfo.InvariantCulture)];

    [GeneratedRegex(@"\A[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}\z")]
    private static partial Regex HeaderName();

    [GeneratedRegex(@"\{\{\s*([^{}]*?)\s*\}\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Template();
}
