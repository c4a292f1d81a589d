using System.Globalization;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.AiProviders;

/// <summary>The settings of a draft. Those that nobody knows are kept as they are; what is known and wrong is refused by name.</summary>
internal static class DraftSettings
{
    private const int Most = 100;
    private const int LongestValue = 4096;

    /// <summary>What is given replaces what is stored; only secret ones stay when they are left out, as the secret itself does.</summary>
    public static (IReadOnlyList<DraftSetting> Settings, ValidationError? Error) Merge(
        IReadOnlyList<ProviderSetting> stored, ProviderType kind, IProviderValues values, GivenTexts texts, IOutboundHttp outbound)
    {
        var merged = new List<DraftSetting>();
        if (!values.Has("settings"))
        {
            merged.AddRange(stored.Select(Keep));
        }
        else if (values.Settings is { } given)
        {
            if (Read(given, kind, texts, merged, outbound) is { } wrong)
            {
                return ([], wrong);
            }

            var named = given.Select(setting => setting.Name.Trim()).ToHashSet(StringComparer.Ordinal);
            merged.AddRange(stored.Where(setting => setting.Secret is not null && !named.Contains(setting.Name)).Select(Keep));
        }

        return Missing(merged, kind) is { } missing
            ? ([], new ValidationError($"The setting {missing.Name} is needed: {missing.Description}", "settings"))
            : (merged, null);
    }

    /// <summary>Whether a setting changed that says where requests go. What nobody knows may say so.</summary>
    public static bool LeadElsewhere(IReadOnlyList<ProviderSetting> stored, ProviderDraft draft)
    {
        var before = Where(stored.Select(setting => (setting.Name, setting.Value)));
        var after = Where(draft.Settings.Select(setting => (setting.Name, setting.Value)));
        return before.Count != after.Count || before.Except(after).Any();

        HashSet<(string Name, string? Value)> Where(IEnumerable<(string Name, string? Value)> settings) =>
            [.. settings.Where(setting => draft.Kind.Setting(setting.Name) is null or { IsUrl: true })];
    }

    private static DraftSetting Keep(ProviderSetting stored) => new(stored.Name, stored.Value, stored.Secret is { } secret ? new DraftText(secret, null) : null);

    private static ValidationError? Read(IReadOnlyList<Kernel.Graph.NamedValueInput> given, ProviderType kind, GivenTexts texts, List<DraftSetting> merged, IOutboundHttp outbound)
    {
        if (given.Count > Most)
        {
            return new ValidationError($"A provider has at most {Most} settings.", "settings");
        }

        for (var i = 0; i < given.Count; i++)
        {
            var path = PathOf(i);
            if (InputRules.Name(given[i].Name, "name", out var name) is { } badName)
            {
                return new ValidationError(badName.Message, path);
            }

            if (given.Take(i).Any(other => other.Name.Trim() == name))
            {
                return new ValidationError($"The setting {name} is given twice.", path);
            }

            var value = given[i].Value;
            if (Check(kind.Setting(name), name, value, path, outbound) is { } wrong)
            {
                return wrong;
            }

            // An empty value is the way to take a setting away, which for a secret one needs saying.
            if (value.Length > 0)
            {
                merged.Add(texts.Settings[i] is { } secret ? new DraftSetting(name, null, new DraftText(null, secret)) : new DraftSetting(name, value, null));
            }
        }

        return null;
    }

    private static ValidationError? Check(ProviderSettingSpec? spec, string name, string value, string[] path, IOutboundHttp outbound)
    {
        if (value.Length > LongestValue)
        {
            return new ValidationError($"The setting {name} is longer than {LongestValue} characters.", path);
        }

        if (value.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
        {
            return new ValidationError($"The setting {name} holds control characters.", path);
        }

        if (spec is null || value.Length == 0)
        {
            return null;
        }

        return spec.AllowedValues is { } allowed && !allowed.Contains(value) ? new ValidationError($"The setting {name} is one of {string.Join(", ", allowed)}.", path)
            : spec.IsUrl && outbound.WhyNot(value) is { } reason ? new ValidationError($"The setting {name}: {reason}", path)
            : spec.Pattern?.IsMatch(value) == false ? new ValidationError($"The setting {name} does not look right: {spec.Description}", path)
            : null;
    }

    private static ProviderSettingSpec? Missing(List<DraftSetting> settings, ProviderType kind)
    {
        var auth = kind.AuthMode(settings.Find(setting => setting.Name == kind.AuthSetting)?.Value).Name;
        return kind.Settings.FirstOrDefault(spec => (spec.IsRequired || (spec.RequiredFor is { } mode && mode == auth)) && !settings.Exists(setting => setting.Name == spec.Name));
    }

    private static string[] PathOf(int index) => ["settings", index.ToString(CultureInfo.InvariantCulture)];
}
