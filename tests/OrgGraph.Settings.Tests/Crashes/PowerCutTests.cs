using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>
/// A power cut loses what was written and not synced, which a kill does not. So what a server writes and syncs under load is recorded, and its files
/// are rebuilt as a cut at any point would have left them.
/// </summary>
[Trait("Category", "Long"), Trait("Category", "Sqlite"), Collection(CrashTests.Name)]
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Cuts = 200;
    private const int Starts = 3;
    private const int Mutations = 700;

    [SkippableFact]
    public async Task Nothing_acknowledged_is_lost_and_no_mail_told_as_sent()
    {
        FaultyMachine.SkipUnlessPossible();
        Assert.Equal(1_000_000_000, Stopwatch.Frequency);
        var seed = CrashPlace.Seed(output);
        var random = new Random(seed);
        using var place = new CrashPlace();
        await using (var first = await place.StartAsync())
        {
            first.Terminate();
            Assert.Equal(0, await first.ExitAsync());
        }

        var before = (Database: await File.ReadAllBytesAsync(place.DatabaseFile), Wal: File.Exists(place.DatabaseFile + "-wal") ? await File.ReadAllBytesAsync(place.DatabaseFile + "-wal") : [], Mails: place.Recipients());
        using var machine = new FaultyMachine(place.Data, isRecording: true);
        var load = new WriteLoad(seed);
        await using (var server = await place.StartAsync(machine.Environment))
        {
            var writing = load.RunAsync(server);
            await load.ReachAsync(Mutations);
            await server.KillAsync();
            await writing;
        }

        Assert.Empty(load.Wrong);
        var records = DiskLog.Read(machine.Log);
        Assert.Contains(records, record => record.Call == DiskCall.Write && record.Path == place.DatabaseFile);
        var acknowledged = load.Acknowledged.OrderBy(one => one.At).ToList();
        Assert.True(records[^1].Time > acknowledged[Mutations / 2].At, "The record ends before the load does.");

        var disk = new Disk(place.DatabaseFile, before.Database, before.Wal, before.Mails);
        var next = 0;
        var (versions, demanded, unheard, mails) = (0, 0, 0, 0);
        var points = Points(records, random);
        using var copy = new CrashPlace();
        foreach (var (point, number) in points.Select((point, number) => (point, number)))
        {
            for (; next <= point; next++)
            {
                disk.Add(records[next]);
            }

            // What was told before the next call was told before this cut.
            var until = records[Math.Min(point + 1, records.Count - 1)].Time;
            var told = acknowledged.TakeWhile(one => one.At < until).ToList();
            Rebuild(copy, disk, random);
            if (number % (Cuts / Starts) == (Cuts / Starts) - 1)
            {
                // A server sends what is due, so the mails of this one tell nothing any more.
                await StartAsync(place, copy);
                await copy.CheckAsync(told);
                continue;
            }

            var figures = await copy.CheckAsync(told);
            versions += figures.Versions;
            demanded += figures.Acknowledged;
            unheard += figures.Unheard;
            mails += CheckMails(copy.DatabaseFile, disk);
        }

        output.WriteLine(
            $"{points.Count} power cuts in {records.Count} calls ({records.Count(record => record.Call == DiskCall.Sync)} syncs), {Starts} of them started; {acknowledged.Count} mutations acknowledged; "
            + $"summed over the cuts {demanded} acknowledged and found, {unheard} more there whole, {versions} versions without gap, {mails} mails told as sent and found.");
    }

    // Half of them anywhere, half right before or after a sync, where what is durable changes.
    private static List<int> Points(List<DiskRecord> records, Random random)
    {
        var syncs = records.Where(record => record.Call == DiskCall.Sync).Select(record => record.Number).ToArray();
        return [.. Enumerable.Range(0, Cuts).Select(i => i % 2 == 0 ? random.Next(records.Count) : Math.Max(0, syncs[random.Next(syncs.Length)] - random.Next(2))).Order()];
    }

    private static void Rebuild(CrashPlace copy, Disk disk, Random random)
    {
        CrashPlace.MakeFolder(copy.Data);
        File.Delete(copy.DatabaseFile + "-shm");
        var likelihood = random.Next(3) / 2.0;
        File.WriteAllBytes(copy.DatabaseFile, disk.Database.Cut(random, likelihood));
        File.WriteAllBytes(copy.DatabaseFile + "-wal", disk.Wal.Cut(random, likelihood));
    }

    private static async Task StartAsync(CrashPlace place, CrashPlace copy)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(place.Data, "keys"), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy.Data, Path.GetRelativePath(place.Data, file));
            CrashPlace.MakeFolder(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        await using var server = await copy.StartAsync();
        Assert.Contains("Acme", (await server.SendAsync(await server.SignInAsync("olivia@acme.test"), "{ organization(name: \"Acme\") { name } }")).GetRawText(), StringComparison.Ordinal);
    }

    private static int CheckMails(string file, Disk disk)
    {
        using var database = CrashPlace.Open(file);
        using var command = new SqliteCommand("SELECT Email FROM Invitations WHERE Delivery = 'Sent'", database);
        using var reader = command.ExecuteReader();
        var count = 0;
        while (reader.Read())
        {
            count++;
            Assert.Contains(reader.GetString(0), disk.Mails);
        }

        return count;
    }

    /// <summary>The files that matter, call by call.</summary>
    private sealed class Disk(string database, byte[] content, byte[] wal, IEnumerable<string> mails)
    {
        private readonly Dictionary<string, List<DiskRecord>> _mails = [];
        private readonly List<(int Number, string To)> _renamed = [];

        public DiskFile Database { get; } = new(content);

        public DiskFile Wal { get; } = new(wal);

        /// <summary>The recipients of mails that are sure to be there: content, name and folder synced.</summary>
        public HashSet<string> Mails { get; } = [.. mails];

        public void Add(DiskRecord record)
        {
            if (record.Path == database)
            {
                Database.Add(record);
            }
            else if (record.Path == database + "-wal")
            {
                Wal.Add(record);
            }
            else if (record.Path.EndsWith(".eml.tmp", StringComparison.Ordinal))
            {
                AddMail(record);
            }
            else if (record is { Call: DiskCall.Sync } && record.Path.EndsWith("/mail", StringComparison.Ordinal))
            {
                Mails.UnionWith(_renamed.Where(renamed => renamed.Number < record.Since).Select(renamed => renamed.To));
                _renamed.RemoveAll(renamed => renamed.Number < record.Since);
            }
        }

        private void AddMail(DiskRecord record)
        {
            if (record.Call != DiskCall.Rename)
            {
                (_mails.TryGetValue(record.Path, out var calls) ? calls : _mails[record.Path] = []).Add(record);
                return;
            }

            var mail = new DiskFile([]);
            _mails[record.Path].ForEach(mail.Add);
            // Without its sync the mail is empty here, and has no recipient.
            var text = Encoding.UTF8.GetString(mail.Cut(new Random(0), 0));
            if (CrashPlace.RecipientOf(text) is { } recipient)
            {
                _renamed.Add((record.Number, recipient));
            }
        }
    }
}
