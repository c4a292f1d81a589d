using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrgGraph.Transport;

/// <summary>A request that the transport itself refuses: status, stable code, and a message that says what to do.</summary>
internal sealed record Refusal(int Status, string Code, string Message, int? RetryAfter = null, string? Allow = null)
{
    private const string BadInput = "BAD_USER_INPUT";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly Refusal NotAcceptable = new(406, BadInput,
        "Nothing in the Accept header can be served. Accept application/graphql-response+json, application/json or text/event-stream.");

    public static readonly Refusal WrongMethod = new(405, BadInput, "Use POST, or GET for queries.", Allow: "GET, POST");

    public static readonly Refusal WrongMediaType = new(415, BadInput, "Send the request as application/json in UTF-8, without content encoding.");

    public static readonly Refusal BodyTooLarge = new(413, BadInput, "The body is too large. Send less in one request.");

    public static readonly Refusal UrlTooLong = new(414, BadInput, "The address is too long. Send the request by POST.");

    public static readonly Refusal CrossSite = new(403, BadInput, "A page of another site may not send this request. Use POST with an allowed origin.");

    public static readonly Refusal ForeignOrigin = new(403, BadInput, "This origin is not allowed. Add it to the server's allowed origins.");

    public static readonly Refusal NotAuthenticated = new(401, "AUTH_NOT_AUTHENTICATED", "The credential is not valid. Sign in again, or send another one.");

    public static readonly Refusal SeveralCredentials = new(400, BadInput, "The request carries several different credentials. Send exactly one.");

    public static readonly Refusal SubscriptionNeedsStream = new(400, BadInput,
        "A subscription needs a stream. Use a graphql-transport-ws socket, or send Accept: text/event-stream.");

    public static readonly Refusal TooManyConnections = TooMany("Too many connections are open. Close some, then try again.", 5);

    public static readonly Refusal TooManyOperations = TooMany("Too many operations run on this socket. Complete some, then try again.", null);

    public static readonly Refusal ShuttingDown = Unavailable(1);

    public static readonly Refusal Internal = new(500, "INTERNAL", "An unexpected error occurred. Try again; if it persists, report the trace id.");

    public static Refusal Malformed(string message) => new(400, BadInput, message);

    public static Refusal TooMany(string message, int? retryAfter) => new(429, "RATE_LIMITED", message, retryAfter);

    public static Refusal Unavailable(int retryAfter) => new(503, "UNAVAILABLE", "The server cannot answer now. Try again shortly.", retryAfter);

    /// <summary>The outcomes of authentication that are no identity.</summary>
    public static Refusal Of(AuthenticationOutcome outcome) => outcome switch
    {
        AuthenticationOutcome.Ambiguous => SeveralCredentials,
        AuthenticationOutcome.TooMany many => TooMany("Too many refused credentials came from this address. Wait, then send a valid one.", many.RetryAfterSeconds),
        AuthenticationOutcome.Unavailable unavailable => Unavailable(unavailable.RetryAfterSeconds),
        _ => NotAuthenticated,
    };

    /// <summary>The whole response: <c>{"errors":[...]}</c>.</summary>
    public ReadOnlyMemory<byte> ToResponse() => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("errors"u8);
        WriteErrors(writer);
        writer.WriteEndObject();
    });

    /// <summary>As the last result of a stream: <c>{"data":null,"errors":[...]}</c>.</summary>
    public ReadOnlyMemory<byte> ToResult() => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNull("data"u8);
        writer.WritePropertyName("errors"u8);
        WriteErrors(writer);
        writer.WriteEndObject();
    });

    /// <summary>The bare list, as an <c>error</c> message on a socket carries it.</summary>
    public ReadOnlyMemory<byte> ToErrors() => Write(WriteErrors);

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, Writing);
        write(writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private void WriteErrors(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString("message"u8, Message);
        writer.WriteStartObject("extensions"u8);
        writer.WriteString("code"u8, Code);
        if (RetryAfter is { } seconds)
        {
            writer.WriteNumber("retryAfter"u8, seconds);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
