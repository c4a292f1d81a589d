using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Data.SqlClient;

namespace OrgGraph.SqlServer.Tests;

/// <summary>Stands between a server and its SQL Server. Armed, it lets the next request to commit events through and cuts the connection before the answer.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const int DefaultPort = 1433;

    // Statements travel as text.
    private static readonly byte[] AppendsEvents = Encoding.Unicode.GetBytes("INSERT INTO Events ");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly string _connectionString;
    private readonly (string Host, int Port) _engine;
    private readonly Task _accepting;
    private int _armed;
    private int _cuts;

    /// <param name="connectionString">Of the engine: <c>host,port</c>, reached over TCP.</param>
    public CuttingProxy(string connectionString)
    {
        _connectionString = connectionString;
        _engine = AddressOf(connectionString);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The way through: in clear, since else there is nothing to be recognised, and without the client's own second try.</summary>
    public string ConnectionString => new SqlConnectionStringBuilder(_connectionString)
    {
        DataSource = $"tcp:127.0.0.1,{((IPEndPoint)_listener.LocalEndpoint).Port}",
        Encrypt = SqlConnectionEncryptOption.Optional,
        ConnectRetryCount = 0,
    }.ToString();

    /// <summary>How often it has cut.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>The answer to the next commit that holds events is lost.</summary>
    public void Arm() => Volatile.Write(ref _armed, 1);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _ending.Dispose();
    }

    /// <summary>The host and port that a data source names.</summary>
    internal static (string Host, int Port) AddressOf(string connectionString)
    {
        var source = new SqlConnectionStringBuilder(connectionString).DataSource;
        var parts = source[(source.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? 4 : 0)..].Split(',');
        var host = parts[0].Trim() is "." or "(local)" ? "localhost" : parts[0].Trim();
        return (host, parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : DefaultPort);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ConnectAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // Ending.
        }
    }

    private async Task ConnectAsync(TcpClient client)
    {
        using var engine = new TcpClient { NoDelay = true };
        using (client)
        using (var over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token))
        {
            try
            {
                client.NoDelay = true;
                await engine.ConnectAsync(_engine.Host, _engine.Port, over.Token);
                var answers = new Answers();
                await Task.WhenAny(AskAsync(client.GetStream(), engine.GetStream(), answers, over.Token), AnswerAsync(engine.GetStream(), client.GetStream(), answers, over.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either end has gone: so does the other.
            }

            await over.CancelAsync();
        }
    }

    private async Task AskAsync(NetworkStream client, NetworkStream engine, Answers answers, CancellationToken cancellation)
    {
        var messages = new TdsMessages();
        var hasEvents = false;
        var packet = new byte[TdsMessages.SizeTold + ushort.MaxValue];
        while (true)
        {
            await client.ReadExactlyAsync(packet.AsMemory(0, TdsMessages.SizeTold), cancellation);
            var size = TdsMessages.SizeOf(packet);
            await client.ReadExactlyAsync(packet.AsMemory(TdsMessages.SizeTold, size - TdsMessages.SizeTold), cancellation);
            hasEvents |= packet.AsSpan(0, size).IndexOf(AppendsEvents) >= 0;
            var isCommit = messages.Add(packet.AsSpan(0, size));
            var isCut = isCommit && hasEvents && Interlocked.Exchange(ref _armed, 0) == 1;
            hasEvents &= !isCommit;
            answers.AreLost |= isCut;
            await engine.WriteAsync(packet.AsMemory(0, size), cancellation);
            if (isCut)
            {
                // The engine's answer says that the commit is done; the client does not get it.
                await answers.Come.Task.WaitAsync(cancellation);
                Interlocked.Increment(ref _cuts);
                return;
            }
        }
    }

    private static async Task AnswerAsync(NetworkStream engine, NetworkStream client, Answers answers, CancellationToken cancellation)
    {
        var buffer = new byte[ushort.MaxValue];
        while (await engine.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            if (!answers.AreLost)
            {
                await client.WriteAsync(buffer.AsMemory(0, count), cancellation);
                continue;
            }

            answers.Come.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }

    private sealed class Answers
    {
        public volatile bool AreLost;

        public TaskCompletionSource Come { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
