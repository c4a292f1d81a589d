using System.Text.Json;

namespace OrgGraph.Transport.WebSockets;

/// <summary>Finds the credential in the payload of <c>connection_init</c>.</summary>
internal static class InitPayload
{
    /// <summary>The different credentials presented; several of them are refused by the caller.</summary>
    /// <param name="payload">An object, or empty.</param>
    /// <param name="header">Those of the upgrade request.</param>
    /// <returns>Null when one is not even a string.</returns>
    public static IReadOnlyList<string>? Credentials(ReadOnlyMemory<byte> payload, IReadOnlyList<string> header)
    {
        if (payload.IsEmpty)
        {
            return header;
        }

        using var document = JsonDocument.Parse(payload);
        var root = document.RootElement;
        List<string> found = [];
        if (!Collect(root, found)
            || (root.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object && !Collect(headers, found)))
        {
            return null;
        }

        foreach (var value in header)
        {
            Add(value, found);
        }

        return found;
    }

    private static bool Collect(JsonElement from, List<string> found)
    {
        foreach (var name in (ReadOnlySpan<string>)["authorization", "Authorization"])
        {
            // Null is what clients without a token send.
            if (!from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (value.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            Add(value.GetString()!, found);
        }

        return true;
    }

    private static void Add(string value, List<string> found)
    {
        if (!found.Contains(value))
        {
            found.Add(value);
        }
    }
}
