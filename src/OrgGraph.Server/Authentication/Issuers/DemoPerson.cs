using System.Globalization;
using System.Text;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>Who an e-mail address is in the demo: the same address in another spelling is the same person.</summary>
internal sealed record DemoPerson(string Email, string? GivenName, string? FamilyName)
{
    private const int LongestLocalPart = 64;

    public string? DisplayName => FamilyName is null ? GivenName : $"{GivenName} {FamilyName}";

    /// <summary>Null when the text is no e-mail address.</summary>
    public static DemoPerson? Of(string text)
    {
        var email = Normalise(text);
        var at = email?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        if (email is null || email.Length > PersonClaims.LongestEmail || at is < 1 or > LongestLocalPart || !IsDomain(email.AsSpan(at + 1)))
        {
            return null;
        }

        var local = email[..at];
        if (local.Any(character => char.IsControl(character) || char.IsWhiteSpace(character) || "\"(),:;<>[\\]".Contains(character, StringComparison.Ordinal)))
        {
            return null;
        }

        // olivia -> Olivia; jean-luc.picard+bridge -> Jean-Luc Picard; member12 -> Member 12.
        var words = WithNumbersApart(local.Split('+')[0]).Split(['.', '_', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Capitalise).ToArray();
        return new DemoPerson(email, words.Length > 0 ? words[0] : null, words.Length > 1 ? string.Join(' ', words[1..]) : null);
    }

    private static string? Normalise(string text)
    {
        try
        {
            return text.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null; // Half a surrogate pair.
        }
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var character in label)
            {
                if (!char.IsLetterOrDigit(character) && character != '-')
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static string WithNumbersApart(string local)
    {
        var letters = local.TrimEnd("0123456789".ToCharArray());
        return letters.Length > 0 && letters.Length < local.Length && char.IsLetter(letters[^1]) ? $"{letters} {local[letters.Length..]}" : local;
    }

    private static string Capitalise(string word) =>
        string.Join('-', word.Split('-').Select(part => part.Length == 0 ? part : part[..1].ToUpper(CultureInfo.InvariantCulture) + part[1..]));
}
