using System.ComponentModel;
using GraphQL;

namespace OrgGraph.Settings.AiProviders;

/// <summary>In which form a model is asked.</summary>
public enum ModelFormat
{
    /// <summary>OpenAI's.</summary>
    Openai,

    /// <summary>Anthropic's.</summary>
    Anthropic,

    /// <summary>Gemini's.</summary>
    Google,

    /// <summary>The browser's own model.</summary>
    Window,

    /// <summary>A JavaScript function.</summary>
    Js,

    /// <summary>AWS Bedrock's Converse.</summary>
    Converse,
}

/// <summary>What a model does.</summary>
public enum ModelFlavor
{
    /// <summary>It answers messages.</summary>
    Chat,

    /// <summary>It goes on with a text.</summary>
    Completion,

    /// <summary>It turns texts into vectors.</summary>
    Embedding,
}

/// <summary>A model that a provider serves and nobody else knows.</summary>
[Name("CustomModel")]
public sealed class CustomModel
{
    /// <summary>What requests call it.</summary>
    public required string Name { get; init; }

    /// <summary>How to call it on a page; null: by its name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>In which form it is asked.</summary>
    public required ModelFormat Format { get; init; }

    /// <summary>What it does.</summary>
    public required ModelFlavor Flavor { get; init; }

    /// <summary>Whether it takes images too.</summary>
    public required bool Multimodal { get; init; }

    /// <summary>What a million input tokens cost, in US dollars; null: unknown.</summary>
    public double? InputCostPerMillionTokens { get; init; }

    /// <summary>What a million output tokens cost, in US dollars; null: unknown.</summary>
    public double? OutputCostPerMillionTokens { get; init; }

    /// <summary>How many tokens it takes; null: unknown.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>How many tokens it answers at most; null: unknown.</summary>
    public int? MaxOutputTokens { get; init; }
}

/// <summary>A model that a provider serves and nobody else knows.</summary>
public sealed class CustomModelInput
{
    /// <summary>What requests call it: 1 to 256 characters, once in a provider.</summary>
    public string Name { get; set; } = "";

    /// <summary>How to call it on a page.</summary>
    public string? DisplayName { get; set; }

    /// <summary>In which form it is asked.</summary>
    public ModelFormat Format { get; set; }

    /// <summary>What it does.</summary>
    [DefaultValue(ModelFlavor.Chat)]
    public ModelFlavor Flavor { get; set; } = ModelFlavor.Chat;

    /// <summary>Whether it takes images too.</summary>
    [DefaultValue(false)]
    public bool Multimodal { get; set; }

    /// <summary>What a million input tokens cost, in US dollars: 0 or more.</summary>
    public double? InputCostPerMillionTokens { get; set; }

    /// <summary>What a million output tokens cost, in US dollars: 0 or more.</summary>
    public double? OutputCostPerMillionTokens { get; set; }

    /// <summary>How many tokens it takes: 1 or more.</summary>
    public int? MaxInputTokens { get; set; }

    /// <summary>How many tokens it answers at most: 1 or more.</summary>
    public int? MaxOutputTokens { get; set; }
}
