using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Kernel.Errors;

/// <summary>The rules for what people type, and how they are told.</summary>
internal static class InputRules
{
    public const int MaxName = 256;
    public const int MaxDescription = 2000;
    private const int MaxPlatformId = 256;

    /// <summary>Trimmed and in NFC: 1 to 256 characters, none of them a control character.</summary>
    public static ValidationError? Name(string? text, string path, [NotNull] out string? name)
    {
        name = Clean(text);
        return name.Length == 0 ? new ValidationError("A name is needed.", path)
            : name.Length > MaxName ? new ValidationError($"The name is longer than {MaxName} characters.", path)
            : name.Any(char.IsControl) ? new ValidationError("The name holds control characters, e.g. a line break.", path)
            : HasLoneSurrogate(name) ? new ValidationError("The name is not valid Unicode.", path)
            : null;
    }

    /// <summary>Like a name, with line breaks, and longer; empty counts as none.</summary>
    public static ValidationError? Description(string? text, string path, out string? description)
    {
        description = Clean(text);
        if (description.Length == 0)
        {
            description = null;
            return null;
        }

        return description.Length > MaxDescription ? new ValidationError($"The description is longer than {MaxDescription} characters.", path)
            : description.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) ? new ValidationError("The description holds control characters.", path)
            : HasLoneSurrogate(description) ? new ValidationError("The description is not valid Unicode.", path)
            : null;
    }

    /// <summary>An id or a version as the platform gave it: 1 to 256 characters, none of them a control character. Kept as it is.</summary>
    public static ValidationError? PlatformId(string text, string path) =>
        string.IsNullOrWhiteSpace(text) || text.Length > MaxPlatformId || text.Any(char.IsControl) || HasLoneSurrogate(text)
            ? new ValidationError($"{path} is 1 to {MaxPlatformId} characters, not all blank, without control characters.", path)
            : null;

    /// <summary>What names are compared by: NFC, without case.</summary>
    public static string Normalize(string name) => HasLoneSurrogate(name) ? name : name.Trim().Normalize(NormalizationForm.FormC).ToUpperInvariant().ToLowerInvariant().Normalize(NormalizationForm.FormC);

    /// <summary>The refusal of an explicit null where there is nothing to clear.</summary>
    public static ValidationError? NotNull(MutationInput input, params string[] fields)
    {
        var field = fields.FirstOrDefault(input.IsNull);
        return field is null ? null : new ValidationError($"{field} cannot be cleared: leave it out to keep it, or pass a value.", field);
    }

    /// <summary>1 minute to 10 years ahead.</summary>
    public static ValidationError? ExpiresAt(DateTimeOffset? expiresAt, DateTimeOffset now, string path = "expiresAt") =>
        expiresAt is { } time && (time < now.AddMinutes(1) || time > now.AddYears(10))
            ? new ValidationError("The expiry must lie between 1 minute and 10 years ahead.", path)
            : null;

    /// <summary>Reads the ids of a list: at most 100, none twice, of one type and organization.</summary>
    /// <returns>The ids, or why not.</returns>
    public static (Guid[] Ids, UserError? Error) Ids(IReadOnlyList<string>? ids, NodeType type, Guid organization, string path, string what, Func<Guid, bool> exists)
    {
        var found = new List<Guid>();
        if (ids?.Count > 100)
        {
            return ([], new ValidationError("A list holds at most 100 ids.", path));
        }

        for (var i = 0; i < (ids?.Count ?? 0); i++)
        {
            if (GlobalId.Parse(ids![i], path).In(type, organization) is not { } id || !exists(id))
            {
                return ([], NotFoundError.Of(what, path, i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }

            if (found.Contains(id))
            {
                return ([], new ValidationError($"The same {what} is named twice.", path, i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }

            found.Add(id);
        }

        return ([.. found], null);
    }

    private static string Clean(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        return HasLoneSurrogate(trimmed) ? trimmed : trimmed.Normalize(NormalizationForm.FormC);
    }

    // Normalisation throws on these.
    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }
}
