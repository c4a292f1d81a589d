namespace OrgGraph.Secrets.Tests;

/// <summary>The ring of the fixed vectors, which were computed with Python's zlib, hmac and cryptography modules.</summary>
internal static class FixedRing
{
    public static readonly Guid One = Guid.ParseExact("00112233445566778899aabbccddeeff", "N");

    public static KeyRing WithOnePepper() => KeyRing.FromValues(new Dictionary<string, string>
    {
        ["kek-1"] = Key(0x00),
        ["pepper-1"] = Key(0x20),
    });

    public static KeyRing WithTwoPeppers() => KeyRing.FromValues(new Dictionary<string, string>
    {
        ["pepper-1"] = Key(0x20),
        ["kek-1"] = Key(0x00),
        ["pepper-2"] = Key(0x40),
    });

    public static string Key(byte first) => Convert.ToBase64String(Bytes(first));

    public static byte[] Bytes(byte first) => [.. Enumerable.Range(first, 32).Select(value => (byte)value)];
}
