using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrgGraph.Server.Ide;

/// <summary>What Banana Cake Pop reads from bcp-config.json. Its service worker caches the file, so it never holds a token.</summary>
internal sealed record IdeConfiguration(
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("useBrowserUrlAsEndpoint")] bool UseBrowserUrlAsEndpoint,
    [property: JsonPropertyName("disableTelemetry")] bool DisableTelemetry,
    [property: JsonPropertyName("graphQLDocument")] string GraphQLDocument)
{
    /// <summary>Writes the file. Telemetry is off: the IDE speaks to this server and to nobody else.</summary>
    public static byte[] Write(string firstDocument) =>
        JsonSerializer.SerializeToUtf8Bytes(new IdeConfiguration("OrgGraph", UseBrowserUrlAsEndpoint: true, DisableTelemetry: true, firstDocument));
}
