using System.Text.Json;
using GraphQL;

namespace OrgGraph.Transport.Http;

/// <summary>What a client sent, shape checked.</summary>
internal readonly record struct RequestParameters(string Query, string? OperationName, Inputs Variables);

/// <summary>The request has the wrong shape.</summary>
/// <param name="refusal">What is wrong.</param>
internal sealed class MalformedRequestException(Refusal refusal) : Exception(refusal.Message)
{
    public MalformedRequestException(string message)
        : this(Refusal.Malformed(message))
    {
    }

    public Refusal Refusal { get; } = refusal;

    /// <summary>The shape is right, but there is too much of it: no reason to close a socket.</summary>
    public bool IsLimit { get; init; }
}

/// <summary>Reads the JSON of a request in one pass. The same for a body and for the payload of <c>subscribe</c>.</summary>
internal static class RequestJson
{
    private const string NotJson = "The request is not valid JSON in UTF-8. Send {\"query\": \"...\"}.";

    /// <exception cref="MalformedRequestException">Not an object of the right shape.</exception>
    public static RequestParameters Read(ref Utf8JsonReader reader, TransportOptions limits)
    {
        try
        {
            return ReadParameters(ref reader, limits);
        }
        // The second: a string with half a surrogate pair, which JSON's grammar allows.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MalformedRequestException(NotJson);
        }
    }

    /// <summary>Reads a parameter of the query string.</summary>
    /// <exception cref="MalformedRequestException">Not an object.</exception>
    public static Inputs ReadObject(ReadOnlySpan<byte> json, string name, TransportOptions limits)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            var value = ReadInputs(ref reader, name, limits);
            reader.Read();
            return value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MalformedRequestException($"The parameter {name} is not valid JSON. Send an object.");
        }
    }

    private static RequestParameters ReadParameters(ref Utf8JsonReader reader, TransportOptions limits)
    {
        string? query = null;
        string? operationName = null;
        var variables = Inputs.Empty;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new MalformedRequestException(reader.TokenType == JsonTokenType.StartArray
                ? "Batches are not supported. Send one request at a time."
                : "The request must be a JSON object. Send {\"query\": \"...\"}.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("query"u8))
            {
                query = ReadString(ref reader, "query");
            }
            else if (reader.ValueTextEquals("operationName"u8))
            {
                operationName = ReadString(ref reader, "operationName");
            }
            else if (reader.ValueTextEquals("variables"u8))
            {
                reader.Read();
                variables = ReadInputs(ref reader, "variables", limits);
            }
            else if (reader.ValueTextEquals("extensions"u8))
            {
                SkipObject(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        // Reads on so that anything behind the object is noticed.
        reader.Read();
        return string.IsNullOrEmpty(query)
            ? throw new MalformedRequestException("The query is missing. Send {\"query\": \"...\"}.")
            : new RequestParameters(query, operationName, variables);
    }

    private static string? ReadString(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Null => null,
            _ => throw new MalformedRequestException($"{name} must be a string."),
        };
    }

    private static Inputs ReadInputs(ref Utf8JsonReader reader, string name, TransportOptions limits) => reader.TokenType switch
    {
        JsonTokenType.StartObject => new VariablesReader(limits).Read(ref reader),
        JsonTokenType.Null => Inputs.Empty,
        _ => throw new MalformedRequestException($"{name} must be an object."),
    };

    private static void SkipObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
        {
            throw new MalformedRequestException("extensions must be an object.");
        }

        reader.Skip();
    }
}
