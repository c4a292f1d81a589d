using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using GraphQL;

namespace OrgGraph.Transport.Http;

/// <summary>Turns the variables of one request into what the engine takes, within the limits on depth, size and lists.</summary>
internal struct VariablesReader(TransportOptions limits)
{
    // A double needs at most 17 digits, a 128-bit integer 39; parsing longer ones costs quadratic time.
    private const int MaxNumberLength = 64;

    private int _nodes;

    public Inputs Read(ref Utf8JsonReader reader) => new(ReadObject(ref reader, 1));

    private Dictionary<string, object?> ReadObject(ref Utf8JsonReader reader, int depth)
    {
        var members = new Dictionary<string, object?>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            members[name] = ReadValue(ref reader, depth);
        }

        return members;
    }

    private List<object?> ReadList(ref Utf8JsonReader reader, int depth)
    {
        var items = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count == limits.MaxVariableListItems)
            {
                throw TooMuch($"A list in variables has over {limits.MaxVariableListItems} items. Send it in parts.");
            }

            items.Add(ReadValue(ref reader, depth));
        }

        return items;
    }

    private object? ReadValue(ref Utf8JsonReader reader, int depth)
    {
        if (++_nodes > limits.MaxVariableNodes)
        {
            throw TooMuch($"variables hold over {limits.MaxVariableNodes} values. Send them in parts.");
        }

        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Null => null,
            JsonTokenType.Number => ReadNumber(ref reader),
            _ when depth >= limits.MaxVariableDepth => throw TooMuch($"variables are nested over {limits.MaxVariableDepth} levels deep. Flatten them."),
            JsonTokenType.StartObject => ReadObject(ref reader, depth + 1),
            _ => ReadList(ref reader, depth + 1),
        };
    }

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt32(out var small))
        {
            return small;
        }

        if (reader.TryGetInt64(out var large))
        {
            return large;
        }

        var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (length > MaxNumberLength)
        {
            throw TooMuch($"A number in variables has over {MaxNumberLength} characters. Send it as a string.");
        }

        var digits = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        return digits.IndexOfAny(".eE"u8) < 0
            ? BigInteger.Parse(Encoding.ASCII.GetString(digits), CultureInfo.InvariantCulture)
            : reader.TryGetDouble(out var real) && double.IsFinite(real)
                ? real
                : throw new MalformedRequestException("A number in variables is out of range.");
    }

    private static MalformedRequestException TooMuch(string message) => new(message) { IsLimit = true };
}
