using System.Globalization;
using OrgGraph.Settings.Tests.Http;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary><c>backup FILE</c> beside a server that is written, and a start on what it made.</summary>
[Trait("Category", "Sqlite"), Collection(CrashTests.Name)]
public sealed class BackupTests(ITestOutputHelper output)
{
    private const string OldCursor = "subscription { organizationEvents(organizationId: \"ORG\", after: \"CURSOR\") { __typename version } }";

    [Fact]
    public async Task Restored_copy_is_whole_and_begins_streams_anew_when_made_under_load()
    {
        using var place = new CrashPlace();
        using var restored = new CrashPlace();
        var load = new WriteLoad(CrashPlace.Seed(output), writers: 8);
        var copy = Path.Combine(place.Place.Folder, "copy.db");
        string acme, cursor, secret, key;
        List<Acknowledged> before, revoked;
        await using (var server = await place.StartAsync())
        {
            var olivia = await server.SignInAsync("olivia@acme.test");
            acme = await server.AcmeAsync(olivia);
            var made = (await server.SendAsync(olivia, $"mutation {{ createApiKey(input: {{organizationId: \"{acme}\", name: \"Revived\"}}) {{ secret apiKey {{ id }} }} }}")).GetProperty("data").GetProperty("createApiKey");
            (secret, key) = (made.GetProperty("secret").GetString()!, made.GetProperty("apiKey").GetProperty("id").GetString()!);
            using var enough = new CancellationTokenSource();
            var writing = load.RunAsync(server, enough.Token);
            await load.ReachAsync(40);
            before = [.. load.Acknowledged];

            var (exit, said, error) = await place.Place.RunAsync($"backup {copy}", ("ASPNETCORE_ENVIRONMENT", "Development"));

            Assert.Equal((0, ""), (exit, error));
            Assert.Contains(copy, said, StringComparison.Ordinal);
            await load.ReachAsync(20);
            await server.SendAsync(olivia, $"mutation {{ revokeApiKey(input: {{apiKeyId: \"{key}\"}}) {{ version }} }}");
            await enough.CancelAsync();
            await writing;
            cursor = await CursorAsync(server, olivia, acme);
        }

        CheckFile(place, copy);
        revoked = [.. load.Acknowledged.Where(one => one.Kind == "apiKey.revoked")];
        Restore(place, copy, restored);
        // Acknowledged before it began, so in it; what was revoked later is not revoked there.
        await using (var server = await restored.StartAsync())
        {
            var figures = await restored.CheckAsync(before);
            Assert.InRange(figures.Unheard, 0, load.Acknowledged.Count);
            await CheckRestoredAsync(server, acme, cursor, secret);
            var list = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(restored.Data, "restored-*.txt")));
            Assert.Contains("Acme\tApiKey\tRevived\tsk-...", list, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, list, StringComparison.Ordinal);
            output.WriteLine($"{before.Count} changes acknowledged before the backup are in it, {load.Acknowledged.Count - before.Count} came later, {revoked.Count} keys revoked in all.");
        }

        var epoch = Assert.Single(restored.Names("SELECT DISTINCT CAST(Epoch AS TEXT) FROM Organizations"));
        Assert.InRange(int.Parse(epoch, CultureInfo.InvariantCulture), 1, int.MaxValue);
        await using (await restored.StartAsync())
        {
            // Only the first start on it is a restoration.
            Assert.Equal([epoch], restored.Names("SELECT DISTINCT CAST(Epoch AS TEXT) FROM Organizations"));
            Assert.Single(Directory.GetFiles(restored.Data, "restored-*.txt"));
        }
    }

    [Fact]
    public async Task Refused_when_the_file_is_there_or_there_is_no_database()
    {
        using var place = new CrashPlace();
        var file = Path.Combine(place.Place.Folder, "mine.db");
        var none = await place.Place.RunAsync($"backup {file}", ("ASPNETCORE_ENVIRONMENT", "Development"));
        Assert.Equal(1, none.Exit);
        Assert.Contains("The backup failed", none.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(place.Place.Folder));
        await File.WriteAllTextAsync(file, "mine");

        var (exit, output, error) = await place.Place.RunAsync($"backup {file}", ("ASPNETCORE_ENVIRONMENT", "Development"));

        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("is there already", error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(file));
    }

    private static void CheckFile(CrashPlace place, string copy)
    {
        Assert.Equal([copy], Directory.GetFiles(place.Place.Folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
        }

        var bytes = File.ReadAllBytes(copy);
        var ring = Directory.GetFiles(Path.Combine(place.Data, "keys"), "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).Where(content => content.Length >= 16).ToList();
        Assert.NotEmpty(ring);
        Assert.All(ring, content => Assert.Equal(-1, bytes.AsSpan().IndexOf(content)));
    }

    // As the README tells operators to: the copy in the place of the database, the ring from where it is kept.
    private static void Restore(CrashPlace from, string copy, CrashPlace to)
    {
        CrashPlace.MakeFolder(to.Data);
        File.Copy(copy, to.DatabaseFile);
        CrashPlace.MakeFolder(Path.Combine(to.Data, "keys"));
        foreach (var file in Directory.GetFiles(Path.Combine(from.Data, "keys")))
        {
            File.Copy(file, Path.Combine(to.Data, "keys", Path.GetFileName(file)));
        }
    }

    private static async Task CheckRestoredAsync(RunningServer server, string acme, string cursor, string secret)
    {
        var olivia = await server.SignInAsync("olivia@acme.test");
        using var request = server.Request(olivia, OldCursor.Replace("ORG", acme, StringComparison.Ordinal).Replace("CURSOR", cursor, StringComparison.Ordinal), "text/event-stream");
        using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        string? line;
        while ((line = await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30))) is not null && !line.StartsWith("data: {", StringComparison.Ordinal))
        {
        }

        Assert.Contains("\"StreamReset\"", line, StringComparison.Ordinal);
        using var revived = server.Request(secret, "{ viewer { credential { kind } } }");
        using var good = await server.Http.SendAsync(revived);
        Assert.Equal(200, (int)good.StatusCode);
    }

    private static async Task<string> CursorAsync(RunningServer server, string token, string acme) =>
        (await server.SendAsync(token, $"{{ organization(id: \"{acme}\") {{ cursor }} }}")).GetProperty("data").GetProperty("organization").GetProperty("cursor").GetString()!;
}
