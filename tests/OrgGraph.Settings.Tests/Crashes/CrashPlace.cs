using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>A data folder that outlives its servers, and what they left in it.</summary>
internal sealed partial class CrashPlace : IDisposable
{
    private static readonly TimeSpan LongestMail = TimeSpan.FromMinutes(3);

    // A load of minutes would reach these, and none of them is the matter here.
    private static readonly (string, string)[] Unlimited =
    [
        ("OrgGraph__RateLimiting", "false"), ("OrgGraph__Limits__ActiveApiKeys", "0"), ("OrgGraph__Limits__Projects", "0"), ("OrgGraph__Limits__PermissionGroups", "0"),
        ("OrgGraph__Limits__Environments", "0"), ("OrgGraph__Limits__MailsPerDay", "0"),
    ];

    public ServerProcess Place { get; } = new();

    public string Data => Place.Data;

    public string DatabaseFile => Path.Combine(Data, "orggraph.db");

    /// <summary>A seed that a failing run can be repeated with: <c>ORGGRAPH_TEST_SEED</c>.</summary>
    public static int Seed(ITestOutputHelper output)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ORGGRAPH_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"Seed: ORGGRAPH_TEST_SEED={seed}");
        return seed;
    }

    public async Task<RunningServer> StartAsync(params (string Key, string Value)[] environment)
    {
        var server = await RunningServer.StartAsync(Place, environment: [.. Unlimited, .. environment]);
        using var ready = await server.Http.GetAsync("/health/ready");
        Assert.True(ready.IsSuccessStatusCode, await ready.Content.ReadAsStringAsync());
        return server;
    }

    /// <summary>What EF Core leaves when its process is killed while it migrates.</summary>
    public void PlantStaleLock()
    {
        MakeFolder(Data);
        using var database = Open(DatabaseFile);
        using var command = database.CreateCommand();
        command.CommandText = """
            CREATE TABLE IF NOT EXISTS __EFMigrationsLock (Id INTEGER NOT NULL CONSTRAINT PK___EFMigrationsLock PRIMARY KEY, Timestamp TEXT NOT NULL);
            INSERT OR IGNORE INTO __EFMigrationsLock (Id, Timestamp) VALUES (1, '2026-01-01 00:00:00');
            """;
        command.ExecuteNonQuery();
    }

    /// <summary>Makes a folder for its owner only, unless it is there.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public static SqliteConnection Open(string file)
    {
        var database = new SqliteConnection($"Data Source={file};Pooling=False");
        database.Open();
        return database;
    }

    public Task<WholeFigures> CheckAsync(IEnumerable<Acknowledged> acknowledged) => Whole.CheckAsync(DatabaseFile, [.. acknowledged]);

    /// <summary>Waits until no mail is due any more, and holds that each that was is there. A killed server's are taken up a minute later.</summary>
    /// <returns>How many were due, and how many were sent: some twice.</returns>
    public async Task<(int Due, int Sent)> CheckMailsAsync()
    {
        await Eventually.TrueAsync(() => Task.FromResult(Names("SELECT Id FROM WorkItems WHERE Kind IN ('invitation.mail', 'invitation.send')").Count == 0), LongestMail, "all mails sent");
        var due = Names("SELECT Email FROM Invitations WHERE Delivery <> 'Skipped'");
        var sent = Recipients();
        Assert.Empty(due.Except(sent));
        Assert.Empty(sent.Except(due));
        Assert.Empty(Names("SELECT Email FROM Invitations WHERE Delivery NOT IN ('Sent', 'Skipped')"));
        return (due.Count, sent.Count);
    }

    /// <summary>To whom the mails in the pick-up folder are.</summary>
    public List<string> Recipients() => [.. Directory.GetFiles(Path.Combine(Data, "mail"), "*.eml").Select(file => RecipientOf(File.ReadAllText(file))!)];

    public static string? RecipientOf(string mail) => Recipient().Match(mail) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>What a server shows of the organization, whole: the same wherever and whenever it was loaded.</summary>
    public static async Task<string> ShownAsync(RunningServer server)
    {
        const string Shown = """
            { organization(name: "Acme") {
              version
              projects(last: 100) { totalCount nodes { id name } } environments(first: 100) { totalCount nodes { id name } } permissionGroups(last: 100) { totalCount nodes { id name } }
              invitations(first: 100) { totalCount nodes { id email status delivery sentCount version } } apiKeys(first: 100) { totalCount nodes { id name status } }
              members { nodes { user { email } groups { name } } } } }
            """;
        var answer = await server.SendAsync(await server.SignInAsync("olivia@acme.test"), Shown);
        Assert.False(answer.TryGetProperty("errors", out _), answer.GetRawText());
        return answer.GetRawText();
    }

    /// <summary>The first column.</summary>
    public List<string> Names(string sql)
    {
        using var database = Open(DatabaseFile);
        using var command = database.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    public void Dispose() => Place.Dispose();

    [GeneratedRegex(@"^To: (\S+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Recipient();
}
