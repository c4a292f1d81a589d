using GraphQL;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>A name with its value.</summary>
[Name("NamedValue")]
public sealed class NamedValue(string name, string value)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>The value; of a secret one a preview.</summary>
    public string Value { get; } = value;
}

/// <summary>A name with its value.</summary>
public sealed class NamedValueInput
{
    /// <summary>The name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The value.</summary>
    public string Value { get; set; } = "";
}
