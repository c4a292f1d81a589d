using System.Buffers;
using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.ServerSentEvents;

/// <summary>The text of the events (HTML standard, 9.2.6).</summary>
internal static class EventStreamText
{
    private static readonly byte[] NextPrefix = "event: next\ndata: "u8.ToArray();
    private static readonly byte[] EventEnd = "\n\n"u8.ToArray();
    private static readonly byte[] LineStart = "\ndata: "u8.ToArray();
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    /// <summary>Keeps proxies and clients from taking a quiet stream for a dead one.</summary>
    public static readonly OutgoingMessage Comment = new(":\n\n"u8.ToArray());

    public static readonly OutgoingMessage Complete = new("event: complete\ndata:\n\n"u8.ToArray());

    public static OutgoingMessage Next(ReadOnlyMemory<byte> json) =>
        new(NextPrefix, json.Span.ContainsAny(LineEnds) ? OneFieldALine(json.Span) : json, EventEnd);

    // A line break within JSON is white space between tokens; in an event stream it would end the field.
    private static byte[] OneFieldALine(ReadOnlySpan<byte> json)
    {
        var text = new ArrayBufferWriter<byte>(json.Length + 64);
        for (int end; (end = json.IndexOfAny(LineEnds)) >= 0; json = json[(end + 1)..])
        {
            text.Write(json[..end]);
            text.Write(LineStart);
        }

        text.Write(json);
        return text.WrittenSpan.ToArray();
    }
}
