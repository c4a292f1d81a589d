using System.Buffers.Binary;

namespace OrgGraph.SqlServer.Tests;

/// <summary>Reads what a client says to SQL Server, packet by packet, and finds the request to commit ([MS-TDS] 2.2.3.1, 2.2.6.9).</summary>
internal sealed class TdsMessages
{
    /// <summary>So many bytes tell a packet's size.</summary>
    public const int SizeTold = 5;

    private const int HeaderSize = 8;
    private const byte TransactionManager = 0x0E;
    private const byte IsLast = 0x01;
    private const ushort Commit = 7;

    private readonly List<byte> _message = [];
    private bool _isNext = true;

    /// <summary>The size of a packet, its header included.</summary>
    public static int SizeOf(ReadOnlySpan<byte> bytes) =>
        IsTls(bytes[0]) ? SizeTold + BinaryPrimitives.ReadUInt16BigEndian(bytes[3..SizeTold]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>Takes one whole packet.</summary>
    /// <returns>Whether it ends a request to commit.</returns>
    public bool Add(ReadOnlySpan<byte> packet)
    {
        if (IsTls(packet[0]))
        {
            return false;
        }

        if (_isNext)
        {
            _message.Clear();
        }

        _message.AddRange(packet[HeaderSize..]);
        _isNext = (packet[1] & IsLast) != 0;
        return _isNext && packet[0] == TransactionManager && IsCommit([.. _message]);
    }

    // The login is always sealed, in records of TLS as they are; their types are none of TDS.
    private static bool IsTls(byte type) => type is >= 0x14 and <= 0x17;

    // ALL_HEADERS, whose length counts itself, then the kind of request.
    private static bool IsCommit(ReadOnlySpan<byte> message)
    {
        var headers = message.Length < sizeof(uint) ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(message);
        return headers <= message.Length - sizeof(ushort) && BinaryPrimitives.ReadUInt16LittleEndian(message[(int)headers..]) == Commit;
    }
}
