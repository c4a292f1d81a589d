using GraphQL;
using GraphQL.Utilities;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>The schema in its own language, sorted, so that two prints of one schema are equal.</summary>
public static class SchemaText
{
    public static string Print(SettingsSchema schema)
    {
        schema.Initialize();
        return schema.Print(new PrintOptions { StringComparison = StringComparison.Ordinal }).ReplaceLineEndings("\n");
    }
}
