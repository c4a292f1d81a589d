using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Transport.Tests.Host;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Live;

/// <summary>Everything at once against a real process, as it is configured by default: its memory is measured, and a good client goes on.</summary>
[Trait("Category", "Long")]
public sealed class PressureTests(ITestOutputHelper output)
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public async Task Memory_stays_bounded_and_a_good_client_is_served_while_sockets_are_abused()
    {
        using var place = new ServerProcess();
        await using var server = await RunningServer.StartAsync(place);
        var olivia = await server.SignInAsync("olivia@acme.test");
        var eli = await server.SignInAsync("eli@acme.test");
        var acme = await server.AcmeAsync(olivia);
        var events = $"subscription {{ projectsChanged(organizationId: \\\"{acme}\\\") {{ __typename ... on ProjectCreated {{ subjectName }} }} }}";
        using var socket = await RawSocket.OpenAsync(server.GraphQL, "Bearer " + olivia);
        // From a cursor on: nothing tells when a subscription has begun, and what happens before must be heard too.
        var cursor = (await server.SendAsync(olivia, "{ organization(name: \"Acme\") { cursor } }")).GetProperty("data").GetProperty("organization").GetProperty("cursor").GetString();
        await socket.SubscribeAsync(1, events.Replace($"organizationId: \\\"{acme}\\\"", $"organizationId: \\\"{acme}\\\", after: \\\"{cursor}\\\"", StringComparison.Ordinal));
        var good = Listen(socket);
        var quiet = await ServeAsync(server, olivia, acme, good, "Quiet", 20);
        var before = server.Memory("VmRSS");

        var abusers = new List<RawSocket>();
        // 40 readers that stopped, each with 100 large answers to come, and 40 that vanish in mid-frame.
        var large = $"{{ {string.Join(' ', Enumerable.Range(0, 100).Select(i => $"a{i}: organization(name: \\\"Acme\\\") {{ permissionGroups {{ nodes {{ id name }} }} }}"))} }}";
        for (var i = 0; i < 40; i++)
        {
            var stopped = await RawSocket.OpenAsync(server.GraphQL, "Bearer " + eli, receiveBuffer: 4096);
            await stopped.SubscribeAsync(1000, events);
            for (var id = 0; id < 99; id++)
            {
                await stopped.SubscribeAsync(id, large);
            }

            abusers.Add(stopped);
            using var vanishing = await RawSocket.ConnectAsync(server.GraphQL);
            await vanishing.SendAsync([.. RawSocket.Frame(0x81, 200_000), .. new byte[100_000]]);
            vanishing.Vanish();
        }

        // 2,000 connects at once, of which an address without credentials gets 50 places; none of them ever initialises.
        var crowd = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => RawSocket.ConnectAsync(server.GraphQL)));
        Assert.InRange(crowd.Count(socket => socket.Status == 101), 1, 50);
        Assert.All(crowd, socket => Assert.True(socket.Status is 101 or 429));
        abusers.AddRange(crowd);
        var loud = await ServeAsync(server, olivia, acme, good, "Loud", 20);

        foreach (var idle in crowd.Where(socket => socket.Status == 101))
        {
            Assert.Equal(4408, await idle.CloseCodeAsync());
        }

        var peak = server.Memory("VmHWM");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"resident {before / Megabyte} MiB before, {peak / Megabyte} MiB at its peak; a change until its event: {quiet.TotalMilliseconds:F0} ms quiet, {loud.TotalMilliseconds:F0} ms under pressure (median)"));
        // 40 stopped readers at 2 MB, and what the collector has not collected of the crowd.
        Assert.InRange(peak - before, 0, 200 * Megabyte);
        abusers.ForEach(socket => socket.Dispose());
        await ServeAsync(server, olivia, acme, good, "After", 5);
    }

    // Changes, each of which the good client must hear of, in order; the median time from asking to hearing.
    private static async Task<TimeSpan> ServeAsync(RunningServer server, string token, string acme, ChannelReader<string> good, string name, int times)
    {
        var took = new List<TimeSpan>();
        for (var i = 0; i < times; i++)
        {
            var watch = Stopwatch.StartNew();
            await server.SendAsync(token, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"{name} {i}\"}}) {{ version }} }}");
            Assert.Contains($"\"{name} {i}\"", await NextAsync(good), StringComparison.Ordinal);
            took.Add(watch.Elapsed);
        }

        return took.Order().ElementAt(times / 2);
    }

    private static async Task<string> NextAsync(ChannelReader<string> good)
    {
        Assert.True(await good.WaitToReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)), "The good client was closed.");
        return await good.ReadAsync();
    }

    // A good client answers pings whatever else goes on.
    private static ChannelReader<string> Listen(RawSocket socket)
    {
        var heard = Channel.CreateUnbounded<string>();
        _ = Task.Run(async () =>
        {
            try
            {
                while (await socket.ReceiveTextAsync() is { } text)
                {
                    if (text.Contains("\"ping\"", StringComparison.Ordinal))
                    {
                        await socket.SendTextAsync("""{"type":"pong"}""");
                    }
                    else
                    {
                        heard.Writer.TryWrite(text);
                    }
                }

                heard.Writer.Complete();
            }
            catch (Exception e)
            {
                heard.Writer.Complete(e);
            }
        });
        return heard.Reader;
    }
}
