using System.Text.Json;
using OrgGraph.Transport.Http;

namespace OrgGraph.Transport.WebSockets;

/// <summary>The types of messages that a client may send.</summary>
internal enum ClientMessageType
{
    ConnectionInit,
    Ping,
    Pong,
    Subscribe,
    Complete,
}

/// <summary>A message from the client. The payload lies in the receive buffer: it is read before that is returned.</summary>
internal readonly record struct ClientMessage(ClientMessageType Type, string Id, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Ids are kept as long as their operations run, up to 100 on a socket.</summary>
    private const int MaxIdLength = 256;

    /// <exception cref="MalformedRequestException">Not a message of the protocol.</exception>
    public static ClientMessage Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return ParseObject(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MalformedRequestException("Invalid message: not JSON");
        }
    }

    private static ClientMessage ParseObject(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        string? type = null;
        string? id = null;
        var payload = ReadOnlyMemory<byte>.Empty;
        var payloadToken = JsonTokenType.None;
        Demand(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isId = reader.ValueTextEquals("id"u8);
            var isPayload = reader.ValueTextEquals("payload"u8);
            reader.Read();
            if (isType || isId)
            {
                Demand(reader.TokenType == JsonTokenType.String, "type and id must be strings");
                (type, id) = isType ? (reader.GetString(), id) : (type, reader.GetString());
                continue;
            }

            var start = (int)reader.TokenStartIndex;
            var token = reader.TokenType;
            reader.Skip();
            if (isPayload)
            {
                payloadToken = token;
                payload = json[start..(int)reader.BytesConsumed];
            }
        }

        reader.Read();
        return Check(type, id, payloadToken == JsonTokenType.Null ? default : payload, payloadToken);
    }

    private static ClientMessage Check(string? name, string? id, ReadOnlyMemory<byte> payload, JsonTokenType payloadToken)
    {
        ClientMessageType? known = name switch
        {
            "connection_init" => ClientMessageType.ConnectionInit,
            "ping" => ClientMessageType.Ping,
            "pong" => ClientMessageType.Pong,
            "subscribe" => ClientMessageType.Subscribe,
            "complete" => ClientMessageType.Complete,
            _ => null,
        };
        Demand(known is not null, "unknown type");
        var type = known!.Value;
        var isOperation = type is ClientMessageType.Subscribe or ClientMessageType.Complete;
        Demand(!isOperation || id is { Length: > 0 and <= MaxIdLength }, $"id must have 1 to {MaxIdLength} characters");
        Demand(type == ClientMessageType.Complete || payloadToken is JsonTokenType.StartObject
            || (payload.IsEmpty && type != ClientMessageType.Subscribe), "payload must be an object");
        return new ClientMessage(type, id ?? "", payload);
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds)
        {
            throw new MalformedRequestException("Invalid message: " + what);
        }
    }
}
