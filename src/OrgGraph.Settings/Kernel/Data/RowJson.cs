using System.Text.Json;

namespace OrgGraph.Settings.Kernel.Data;

/// <summary>Lists within a row.</summary>
internal static class RowJson
{
    public static string Write<T>(T value) => JsonSerializer.Serialize(value);

    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text)!;
}
