using System.Text;
using System.Text.Json;
using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.WebSockets;

/// <summary>The messages that the server sends. Those of an operation are its payload between two constant parts.</summary>
internal static class ServerMessage
{
    private static readonly byte[] End = "}"u8.ToArray();

    public static readonly OutgoingMessage ConnectionAck = new("{\"type\":\"connection_ack\"}"u8.ToArray());

    public static readonly OutgoingMessage Ping = new("{\"type\":\"ping\"}"u8.ToArray());

    public static readonly OutgoingMessage Pong = new("{\"type\":\"pong\"}"u8.ToArray());

    /// <summary>The part of every <c>next</c> of one operation before its payload.</summary>
    public static byte[] NextPrefix(string id) => Start(id, "next", ",\"payload\":");

    public static OutgoingMessage Next(byte[] prefix, ReadOnlyMemory<byte> json) => new(prefix, json, End);

    /// <param name="id">Of the operation.</param>
    /// <param name="errors">A JSON array.</param>
    public static OutgoingMessage Error(string id, ReadOnlyMemory<byte> errors) => new(Start(id, "error", ",\"payload\":"), errors, End);

    public static OutgoingMessage Complete(string id) => new(Start(id, "complete", "}"));

    /// <summary>The bare list of a response that holds nothing but errors.</summary>
    public static ReadOnlyMemory<byte> ErrorsOf(ReadOnlyMemory<byte> response)
    {
        var reader = new Utf8JsonReader(response.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isErrors = reader.ValueTextEquals("errors"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isErrors)
            {
                return response[start..(int)reader.BytesConsumed];
            }
        }

        return Refusal.Internal.ToErrors();
    }

    private static byte[] Start(string id, string type, string rest) =>
        Encoding.UTF8.GetBytes($"{{\"id\":\"{JsonEncodedText.Encode(id)}\",\"type\":\"{type}\"{rest}");
}
