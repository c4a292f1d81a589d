using System.Globalization;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.AiProviders;

/// <summary>The rules for models, as people name them.</summary>
internal static class ModelInputs
{
    public const int Most = 1000;

    /// <summary>Reads a list of names: up to 1,000, none twice.</summary>
    public static (IReadOnlyList<string> Names, UserError? Error) Names(IReadOnlyList<string>? given, string path)
    {
        if (given?.Count > Most)
        {
            return ([], new ValidationError($"The list holds more than {Most} models.", path));
        }

        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (given?.Count ?? 0); i++)
        {
            var place = i.ToString(CultureInfo.InvariantCulture);
            if (InputRules.Name(given![i], path, out var name) is { } bad)
            {
                return ([], new ValidationError(bad.Message, path, place));
            }

            if (!known.Add(name))
            {
                return ([], new ValidationError($"{name} is named twice.", path, place));
            }

            names.Add(name);
        }

        return (names, null);
    }

    /// <summary>Reads the descriptions of custom models.</summary>
    public static (IReadOnlyList<CustomModel> Models, UserError? Error) Custom(IReadOnlyList<CustomModelInput>? given, SettingsLimits limits)
    {
        if (given is not null && limits.CustomModels > 0 && given.Count > limits.CustomModels)
        {
            return ([], new LimitReachedError($"A provider has at most {limits.CustomModels} custom models.", limits.CustomModels, "customModels"));
        }

        var models = new List<CustomModel>();
        for (var i = 0; i < (given?.Count ?? 0); i++)
        {
            var place = i.ToString(CultureInfo.InvariantCulture);
            if (InputRules.Name(given![i].Name, "name", out var name) is { } badName)
            {
                return ([], new ValidationError(badName.Message, "customModels", place, "name"));
            }

            if (models.Exists(other => other.Name == name))
            {
                return ([], new ValidationError($"{name} is described twice.", "customModels", place, "name"));
            }

            if (Check(given[i]) is var (field, reason))
            {
                return ([], new ValidationError(reason, "customModels", place, field));
            }

            models.Add(Model(name, given[i]));
        }

        return (models, null);
    }

    private static (string Field, string Reason)? Check(CustomModelInput model) =>
        InputRules.Description(model.DisplayName, "displayName", out var name) is { } bad ? ("displayName", bad.Message)
        : name?.Length > InputRules.MaxName ? ("displayName", $"The name is longer than {InputRules.MaxName} characters.")
        : !IsCost(model.InputCostPerMillionTokens) ? ("inputCostPerMillionTokens", "A cost is 0 or more.")
        : !IsCost(model.OutputCostPerMillionTokens) ? ("outputCostPerMillionTokens", "A cost is 0 or more.")
        : model.MaxInputTokens < 1 ? ("maxInputTokens", "A number of tokens is 1 or more.")
        : model.MaxOutputTokens < 1 ? ("maxOutputTokens", "A number of tokens is 1 or more.")
        : null;

    private static bool IsCost(double? cost) => cost is null or (>= 0 and <= 1_000_000_000);

    private static CustomModel Model(string name, CustomModelInput given) => new()
    {
        Name = name,
        DisplayName = given.DisplayName?.Trim() is { Length: > 0 } shown ? shown : null,
        Format = given.Format,
        Flavor = given.Flavor,
        Multimodal = given.Multimodal,
        InputCostPerMillionTokens = given.InputCostPerMillionTokens,
        OutputCostPerMillionTokens = given.OutputCostPerMillionTokens,
        MaxInputTokens = given.MaxInputTokens,
        MaxOutputTokens = given.MaxOutputTokens,
    };
}
