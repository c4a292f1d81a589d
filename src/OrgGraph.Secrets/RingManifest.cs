using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrgGraph.Secrets;

/// <summary>
/// The list of a folder's keys, each with its canary. A key counts once it is listed, so the list, replaced in one rename, is what makes a change of several
/// files whole.
/// Text lines: <c>orggraph-key-ring 1</c>, <c>ring ID</c>, <c>key ID CANARY</c> for each key, <c>sum SHA-256</c> of all before.
/// </summary>
internal sealed record RingManifest(string RingId, IReadOnlyList<(RingKeyId Id, byte[] Canary)> Keys)
{
    private const string Header = "orggraph-key-ring ";
    private const string Version = "1";

    public static byte[] Write(string ringId, IEnumerable<RingKey> keys)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Header}{Version}\nring {ringId}\n");
        foreach (var key in keys)
        {
            text.Append(CultureInfo.InvariantCulture, $"key {key.Id.Text} {Convert.ToBase64String(key.MakeCanary(ringId))}\n");
        }

        var listed = text.ToString();
        return Encoding.ASCII.GetBytes($"{listed}sum {Sum(listed)}\n");
    }

    /// <summary>Reads a list; null when it is half, altered or not a list at all.</summary>
    /// <exception cref="KeyRingException">A newer version wrote it.</exception>
    public static RingManifest? TryRead(ReadOnlySpan<byte> bytes, string path)
    {
        var text = Encoding.ASCII.GetString(bytes);
        var end = text.LastIndexOf("sum ", StringComparison.Ordinal);
        if (end < 0 || text[end..] != $"sum {Sum(text[..end])}\n")
        {
            return null;
        }

        var lines = text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines is not [var header, var ring, .. var keyLines] || !header.StartsWith(Header, StringComparison.Ordinal) || !ring.StartsWith("ring ", StringComparison.Ordinal))
        {
            return null;
        }

        if (header[Header.Length..] != Version)
        {
            throw new KeyRingException($"The key ring's list {path} was written by a newer version. Run that version; nothing was changed.");
        }

        var keys = new List<(RingKeyId, byte[])>();
        foreach (var line in keyLines)
        {
            if (line.Split(' ') is not ["key", var name, var canary] || !RingKeyId.TryParse(name, out var id) || !TryDecode(canary, out var bytesOfCanary))
            {
                return null;
            }

            keys.Add((id, bytesOfCanary));
        }

        return new RingManifest(ring["ring ".Length..], keys);
    }

    // The sum finds accidents; what an attacker could do to the list, the canaries find.
    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var isBase64 = Convert.TryFromBase64String(text, bytes, out var written);
        bytes = bytes[..written];
        return isBase64;
    }
}
