namespace OrgGraph.SqlServer.Tests;

/// <summary>Packets built by hand, as [MS-TDS] draws them.</summary>
public sealed class TdsMessagesTests
{
    private const byte Batch = 0x01;
    private const byte Rpc = 0x03;
    private const byte TransactionManager = 0x0E;
    private const ushort Begin = 5;
    private const ushort Commit = 7;
    private const ushort Rollback = 8;

    // One header: the transaction descriptor.
    private static readonly byte[] Headers = [22, 0, 0, 0, 18, 0, 0, 0, 2, 0, 7, 7, 7, 7, 7, 7, 7, 7, 1, 0, 0, 0];

    [Fact]
    public void Commit_is_found() => Assert.True(new TdsMessages().Add(Packet(TransactionManager, isLast: true, Request(Commit))));

    [Theory]
    [InlineData(TransactionManager, Begin)]
    [InlineData(TransactionManager, Rollback)]
    [InlineData(Batch, Commit)]
    [InlineData(Rpc, Commit)]
    public void Nothing_else_is_taken_for_it(byte type, ushort request) => Assert.False(new TdsMessages().Add(Packet(type, isLast: true, Request(request))));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(22)]
    [InlineData(23)]
    public void Message_that_ends_too_soon_is_none(int length) => Assert.False(new TdsMessages().Add(Packet(TransactionManager, isLast: true, Request(Commit)[..length])));

    [Fact]
    public void Headers_are_skipped_by_the_length_they_tell()
    {
        byte[] trace = [28, 0, 0, 0, 3, 0, .. new byte[20], 7, 0];
        byte[] headers = [(byte)(Headers.Length + trace.Length), 0, 0, 0, .. Headers[4..], .. trace];

        Assert.True(new TdsMessages().Add(Packet(TransactionManager, isLast: true, [.. headers, 7, 0, 0, 0])));
        Assert.False(new TdsMessages().Add(Packet(TransactionManager, isLast: true, [.. headers, 8, 0, 0, 0])));
    }

    [Fact]
    public void Message_of_several_packets_is_read_whole_and_the_next_one_anew()
    {
        var messages = new TdsMessages();
        var request = Request(Commit);

        Assert.False(messages.Add(Packet(TransactionManager, isLast: false, request[..10])));
        Assert.True(messages.Add(Packet(TransactionManager, isLast: true, request[10..])));
        Assert.False(messages.Add(Packet(Batch, isLast: true, Request(Begin))));
        Assert.True(messages.Add(Packet(TransactionManager, isLast: true, request)));
    }

    [Fact]
    public void Sealed_login_is_passed_over()
    {
        var messages = new TdsMessages();
        byte[] login = [0x17, 3, 3, 1, 4, .. new byte[260]];

        Assert.Equal(login.Length, TdsMessages.SizeOf(login.AsSpan(0, TdsMessages.SizeTold)));
        Assert.False(messages.Add(login));
        Assert.True(messages.Add(Packet(TransactionManager, isLast: true, Request(Commit))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public void Size_is_told_by_the_beginning(int length)
    {
        var packet = Packet(Rpc, isLast: true, new byte[length]);

        Assert.Equal(packet.Length, TdsMessages.SizeOf(packet.AsSpan(0, TdsMessages.SizeTold)));
    }

    [Theory]
    [InlineData("Server=tcp:db.test,1500;Database=x", "db.test", 1500)]
    [InlineData("Server=127.0.0.1;Database=x", "127.0.0.1", 1433)]
    [InlineData("Server=.;Database=x", "localhost", 1433)]
    public void Engine_is_found_where_the_connection_string_says(string connectionString, string host, int port) => Assert.Equal((host, port), CuttingProxy.AddressOf(connectionString));

    // Type, status, length (big end first), process, number, window.
    private static byte[] Packet(byte type, bool isLast, byte[] data) => [type, (byte)(isLast ? 1 : 0), (byte)((data.Length + 8) >> 8), (byte)(data.Length + 8), 0, 0, 1, 0, .. data];

    // Of a commit: the length of the transaction's name, and flags.
    private static byte[] Request(ushort type) => [.. Headers, (byte)type, (byte)(type >> 8), 0, 0];
}
