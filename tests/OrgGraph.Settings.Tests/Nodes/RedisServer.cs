using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Nodes;

/// <summary>A real Redis that can be killed and started again at the same address.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orggraph-redis-").FullName;
    private readonly int _port = FreePort();
    private Process? _process;

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>The setting by which a server finds it.</summary>
    public (string, string) Setting => ("OrgGraph__BackPlane__Redis", Address);

    public static void SkipUnlessInstalled() => Skip.If(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).All(folder => !File.Exists(Path.Combine(folder, "redis-server"))),
        "Needs redis-server, of which it kills and starts its own.");

    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(
            "redis-server", ["--bind", "127.0.0.1", "--port", _port.ToString(CultureInfo.InvariantCulture), "--save", "", "--appendonly", "no", "--dir", _folder])
        {
            RedirectStandardOutput = true,
        });
        _ = _process!.StandardOutput.ReadToEndAsync();
        await Eventually.TrueAsync(AnswersAsync, TimeSpan.FromSeconds(20), "an answer from Redis");
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
