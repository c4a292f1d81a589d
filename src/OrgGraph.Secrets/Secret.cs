using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrgGraph.Secrets;

/// <summary>
/// A secret in plain text whose every automatic form (string, JSON, debugger) reads <c>[secret]</c>.
/// The only way to the text is <see cref="Reveal"/>, so each place where a secret leaves the process can be found by that name.
/// </summary>
/// <remarks>
/// A .NET string cannot be wiped from memory: this type keeps a secret out of logs and answers, not out of a memory dump.
/// Two instances are equal only when they are the same object, so that no hash table or comparison leaks the text by timing.
/// </remarks>
[DebuggerDisplay("[secret]")]
[JsonConverter(typeof(RedactingConverter))]
public sealed class Secret
{
    /// <summary>What every automatic form of a secret reads.</summary>
    public const string Redacted = "[secret]";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string _text;

    /// <summary>Holds a secret.</summary>
    /// <param name="text">The plain text; may be empty.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public Secret(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>Makes a new unguessable secret, for instance an OAuth state.</summary>
    /// <returns>43 base62 characters (0-9A-Za-z) of 256 bits from the operating system's generator.</returns>
    public static Secret NewRandom()
    {
        Span<byte> bits = stackalloc byte[Base62.ValueBytes];
        Span<char> text = stackalloc char[Base62.ValueChars];
        RandomNumberGenerator.Fill(bits);
        Base62.Encode(bits, text);
        CryptographicOperations.ZeroMemory(bits);
        return new Secret(new string(text));
    }

    /// <summary>The plain text. Call it only where the secret is meant to leave the process.</summary>
    /// <returns>The text as it was given.</returns>
    public string Reveal() => _text;

    /// <summary>The redacted form, so that interpolation and logging show nothing.</summary>
    /// <returns>Always <c>[secret]</c>.</returns>
    public override string ToString() => Redacted;

    /// <summary>Writes <c>"[secret]"</c>; refuses to read, because a read value would be taken for the real one.</summary>
    private sealed class RedactingConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is not read from JSON: take a string from the input and make a Secret of it.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Redacted);

        public override void WriteAsPropertyName(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            writer.WritePropertyName(Redacted);
    }
}
