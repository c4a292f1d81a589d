using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using OrgGraph.Secrets;
using OrgGraph.Server.Outbound;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Outbound;

/// <summary>The door to the outside, against a server that plays.</summary>
[Collection(AloneTests.Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class GuardedHttpTests : IAsyncLifetime
{
    private static readonly IPAddress Public = IPAddress.Parse("93.184.216.34");

    private readonly PlayingServer _server = PlayingServer.Start();
    private readonly FakeTimeProvider _clock = new();
    private readonly SemaphoreSlim _drops = new(0);
    private readonly Names _names = new();
    private GuardedHttp _http = null!;

    public Task InitializeAsync()
    {
        _http = Open("127.0.0.0/8, ::1/128");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        // Not before: who waits for one that is gone waits for ever.
        _drops.Dispose();
    }

    [Fact]
    public async Task Answer_is_told_when_there_is_one()
    {
        _server.Play = PlayingServer.Answer(429, "{\"slow\":\"down\"}", "Retry-After: 7", "Set-Cookie: a=b");

        var call = new OutboundCall(HttpMethod.Post, At("/path?query=1")) { Headers = [("X-One", new Secret("1")), ("Content-Type", new Secret("application/own"))], Body = (new Secret("{}"), "application/json") };
        var answer = Assert.IsType<OutboundAnswer.Answered>(await _http.SendAsync(call, CancellationToken.None));
        await _http.SendAsync(call, CancellationToken.None);

        Assert.Equal((429, "{\"slow\":\"down\"}", true, TimeSpan.FromSeconds(7)), (answer.Status, System.Text.Encoding.UTF8.GetString(answer.Body), answer.IsWhole, answer.RetryAfter));
        Assert.Equal(2, _server.Connections);
        var heard = _server.Heard.Last();
        Assert.Equal(("POST /path?query=1 HTTP/1.1", "1", "application/own", "{}"), (heard.Line, heard.Header("X-One"), heard.Header("Content-Type"), heard.Body));
        Assert.Equal(("", "", $"127.0.0.1:{_server.Port}"), (heard.Header("Cookie"), heard.Header("traceparent"), heard.Header("Host")));
    }

    [Fact]
    public async Task Redirect_is_an_answer_and_not_followed()
    {
        await using var elsewhere = PlayingServer.Start();
        _server.Play = PlayingServer.Answer(302, "", $"Location: {elsewhere.Address}/");

        var answer = Assert.IsType<OutboundAnswer.Answered>(await SendAsync(At("/")));

        Assert.Equal((302, 0), (answer.Status, elsewhere.Connections));
    }

    [Fact]
    public async Task Ended_when_the_other_side_says_nothing()
    {
        _server.Play = PlayingServer.HangAsync;

        var asking = SendAsync(At("/"));
        await Eventually.TrueAsync(() => _server.Heard.Count == 1);
        _clock.Advance(OutboundCall.LongestPatience - TimeSpan.FromMilliseconds(1));
        Assert.False(asking.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(OutboundFailure.TimedOut, Assert.IsType<OutboundAnswer.Failed>(await asking).Kind);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX-Slow: ")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")]
    [InlineData("HT")]
    public async Task Ended_when_the_other_side_drips(string begin)
    {
        _server.Play = PlayingServer.Drip(begin, _drops);

        var asking = SendAsync(At("/"));
        await Eventually.TrueAsync(() => _server.Heard.Count == 1);
        for (var i = 0; i < 10; i++)
        {
            _drops.Release();
            Assert.False(asking.IsCompleted);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(OutboundFailure.TimedOut, Assert.IsType<OutboundAnswer.Failed>(await asking).Kind);
    }

    [Fact]
    public async Task Read_no_further_than_wanted_when_the_other_side_floods()
    {
        _server.Play = PlayingServer.FloodAsync;

        var answer = Assert.IsType<OutboundAnswer.Answered>(await SendAsync(At("/")));

        Assert.Equal((200, OutboundCall.MostBytes, false), (answer.Status, answer.Body.Length, answer.IsWhole));
    }

    [Fact]
    public async Task Unfolded_no_further_than_wanted_when_the_answer_is_a_bomb()
    {
        _server.Play = PlayingServer.Bomb(1L << 30);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var answer = Assert.IsType<OutboundAnswer.Answered>(await SendAsync(At("/")));

        Assert.Equal((200, OutboundCall.MostBytes, false), (answer.Status, answer.Body.Length, answer.IsWhole));
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 64 << 20, "Far more was unfolded than is kept.");
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    public async Task Answer_is_whole_up_to_64_KiB(int length, bool isWhole)
    {
        _server.Play = PlayingServer.Answer(200, new string('x', length));

        var answer = Assert.IsType<OutboundAnswer.Answered>(await SendAsync(At("/")));

        Assert.Equal((64 * 1024, isWhole), (answer.Body.Length, answer.IsWhole));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot a zip")]
    [InlineData("I speak no HTTP at all\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut short")]
    public async Task Unreachable_when_what_comes_back_makes_no_sense(string answer)
    {
        _server.Play = (stream, _, cancellation) => stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), cancellation).AsTask();

        Assert.Equal(OutboundFailure.Unreachable, Assert.IsType<OutboundAnswer.Failed>(await SendAsync(At("/"))).Kind);
    }

    [Fact]
    public async Task Unreachable_when_headers_never_end()
    {
        _server.Play = async (stream, _, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), cancellation);
            while (true)
            {
                await stream.WriteAsync("X-More: and more and more\r\n"u8.ToArray(), cancellation);
            }
        };

        Assert.Equal(OutboundFailure.Unreachable, Assert.IsType<OutboundAnswer.Failed>(await SendAsync(At("/"))).Kind);
    }

    [Fact]
    public async Task Unreachable_when_nobody_listens_or_there_is_no_such_name()
    {
        var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        Assert.Equal((OutboundFailure.Unreachable, "The host refused the connection."), await FailAsync(_http, new Uri($"http://127.0.0.1:{port}/")));
        Assert.Equal((OutboundFailure.Unreachable, "There is no host of that name."), await FailAsync(_http, new Uri("https://nowhere.example/")));
    }

    [Fact]
    public async Task Unreachable_when_the_certificate_is_not_trusted_and_asked_for_by_its_name()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=models.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var name = new TaskCompletionSource<string?>();
        _names.Answers = _ => [IPAddress.Loopback];

        var asking = FailAsync(_http, new Uri($"https://models.example:{((IPEndPoint)listener.LocalEndpoint).Port}/"));
        using var client = await listener.AcceptTcpClientAsync();
        await using var stream = new SslStream(client.GetStream());
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateSelectionCallback = (_, host) =>
            {
                name.SetResult(host);
                return certificate;
            },
        };
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await stream.AuthenticateAsServerAsync(options);
            await stream.ReadExactlyAsync(new byte[1]);
        });

        Assert.Equal("models.example", await name.Task);
        var (kind, reason) = await asking;
        Assert.Equal(OutboundFailure.Unreachable, kind);
        Assert.Contains("certificate", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("0x7f000001")]
    [InlineData("2130706433")]
    [InlineData("017700000001")]
    [InlineData("127.0.0.1.")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("①②⑦.⓪.⓪.①")]
    public async Task Blocked_when_the_host_is_this_machine_however_it_is_written(string host)
    {
        using var closed = Open("");
        using var real = new GuardedHttp([], allowsHttp: true, new SystemNames(), _clock);

        foreach (var http in new[] { closed, real })
        {
            var url = new Uri($"http://{host}:{_server.Port}/");
            var answer = await FailAsync(http, url);
            Assert.True(answer.Kind == OutboundFailure.Blocked || answer.Reason == "There is no host of that name.", $"{url} {answer}");
        }

        Assert.Equal(0, _server.Connections);
    }

    [Fact]
    public async Task Name_is_asked_for_once_and_the_answer_that_was_judged_is_used()
    {
        // The second answer leads to a server that listens; whoever asks again gets there.
        _names.Answers = asked => asked == 0 ? [Public] : [IPAddress.Loopback];
        using var closed = Open("");

        var asking = closed.SendAsync(new OutboundCall(HttpMethod.Get, new Uri($"http://rebind.example:{_server.Port}/")), CancellationToken.None);
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return asking.IsCompleted;
        });

        Assert.IsType<OutboundAnswer.Failed>(await asking);
        Assert.Equal((1, 0), (_names.Asked, _server.Connections));
    }

    [Fact]
    public async Task Blocked_when_any_address_of_a_name_is()
    {
        using var closed = Open("");
        foreach (var addresses in new IPAddress[][] { [Public, IPAddress.Loopback], [IPAddress.Loopback, Public], [Public, IPAddress.Parse("::ffff:10.0.0.1")], [Public, IPAddress.Parse("169.254.169.254")] })
        {
            _names.Answers = _ => addresses;

            Assert.Equal(OutboundFailure.Blocked, (await FailAsync(closed, new Uri($"http://both.example:{_server.Port}/"))).Kind);
        }

        Assert.Equal(0, _server.Connections);
    }

    [Fact]
    public async Task Next_address_is_tried_when_the_first_fails()
    {
        _names.Answers = _ => [IPAddress.IPv6Loopback, IPAddress.Loopback];

        var answer = Assert.IsType<OutboundAnswer.Answered>(await SendAsync(new Uri($"http://both.example:{_server.Port}/")));

        Assert.Equal((200, $"both.example:{_server.Port}"), (answer.Status, _server.Heard.Single().Header("Host")));
    }

    [Fact]
    public async Task Link_local_is_blocked_even_when_listed()
    {
        using var open = Open("0.0.0.0/0, ::/0");

        Assert.Equal(OutboundFailure.Blocked, (await FailAsync(open, new Uri("http://169.254.169.254/latest/meta-data"))).Kind);
        Assert.Equal(OutboundFailure.Blocked, (await FailAsync(open, new Uri("http://[fe80::1]/"))).Kind);
        Assert.Equal(OutboundFailure.Blocked, (await FailAsync(open, new Uri("http://[::ffff:169.254.169.254]/"))).Kind);
    }

    [Fact]
    public async Task Http_is_blocked_outside_development_but_towards_listed_networks()
    {
        using var production = new GuardedHttp([], allowsHttp: false, _names, _clock);
        using var listed = new GuardedHttp(AddressRules.Parse("127.0.0.0/8"), allowsHttp: false, _names, _clock);
        _names.Answers = _ => [Public];

        Assert.Equal(OutboundFailure.Blocked, (await FailAsync(production, At("/"))).Kind);
        Assert.NotNull(production.WhyNot("http://models.example/"));
        Assert.Null(production.WhyNot("https://models.example/"));
        Assert.IsType<OutboundAnswer.Answered>(await listed.SendAsync(new OutboundCall(HttpMethod.Get, At("/")), CancellationToken.None));
        Assert.Equal(OutboundFailure.Blocked, (await FailAsync(listed, new Uri("http://public.example/"))).Kind);
    }

    [Theory]
    [InlineData("value\r\nX-Injected: yes")]
    [InlineData("value\nX-Injected: yes")]
    [InlineData("value\rX-Injected: yes")]
    [InlineData("value\0")]
    public async Task Nothing_is_sent_when_a_header_holds_a_line_break(string value)
    {
        var call = new OutboundCall(HttpMethod.Get, At("/")) { Headers = [("X-One", new Secret(value))] };

        Assert.Equal(OutboundFailure.Blocked, Assert.IsType<OutboundAnswer.Failed>(await _http.SendAsync(call, CancellationToken.None)).Kind);
        Assert.Equal(0, _server.Connections);
    }

    [Theory]
    [InlineData("https://user@models.example/")]
    [InlineData("https://user:secret@models.example/")]
    [InlineData("https://models.example/#part")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://models.example/")]
    [InlineData("https:///path")]
    [InlineData("/relative")]
    [InlineData("https://models.example/a\nb")]
    [InlineData("")]
    public void Address_is_refused_when_it_holds_what_it_must_not(string url) => Assert.NotNull(_http.WhyNot(url));

    [Fact]
    public async Task Cancelled_when_nobody_waits_any_more()
    {
        _server.Play = PlayingServer.HangAsync;
        using var leaving = new CancellationTokenSource();

        var asking = _http.SendAsync(new OutboundCall(HttpMethod.Get, At("/")), leaving.Token);
        await Eventually.TrueAsync(() => _server.Heard.Count == 1);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private GuardedHttp Open(string allowed) => new(AddressRules.Parse(allowed), allowsHttp: true, _names, _clock);

    private Uri At(string path) => new(_server.Address + path);

    private Task<OutboundAnswer> SendAsync(Uri url) => _http.SendAsync(new OutboundCall(HttpMethod.Get, url), CancellationToken.None);

    private static async Task<(OutboundFailure Kind, string Reason)> FailAsync(GuardedHttp http, Uri url)
    {
        var failed = Assert.IsType<OutboundAnswer.Failed>(await http.SendAsync(new OutboundCall(HttpMethod.Get, url), CancellationToken.None));
        return (failed.Kind, failed.Reason);
    }

    /// <summary>Names that lead where a test wants; without an answer there is no such name.</summary>
    private sealed class Names : INameResolver
    {
        private int _asked;

        public Func<int, IPAddress[]>? Answers { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
        {
            var number = Interlocked.Increment(ref _asked) - 1;
            return Answers is { } answers ? Task.FromResult(answers(number)) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
        }
    }
}
