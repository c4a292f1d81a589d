using Microsoft.Data.Sqlite;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>What a check looked at.</summary>
/// <param name="Unheard">Changes that are there although their sender got no answer.</param>
internal sealed record WholeFigures(int Versions, int Acknowledged, int Unheard);

/// <summary>
/// Holds that a database is whole: every acknowledged change is there once, in the version that was told, with its rows and events; nothing
/// is there by half; versions are without gap; the file is sound.
/// </summary>
internal static class Whole
{
    // The tables whose rows the load makes, with the event of each.
    private static readonly (string Table, string Name, string Kind)[] Made =
    [
        ("Projects", "Name", "project"), ("Environments", "Name", "environment"), ("PermissionGroups", "Name", "permissionGroup"), ("ApiKeys", "Name", "apiKey"),
        ("Invitations", "Email", "invitation"),
    ];

    public static async Task<WholeFigures> CheckAsync(string file, IReadOnlyList<Acknowledged> acknowledged)
    {
        await using var database = CrashPlace.Open(file);
        Assert.Equal(["ok"], Read(database, "PRAGMA integrity_check", reader => reader.GetString(0)));
        await using var transaction = database.BeginTransaction(deferred: true);
        var events = Read(
            database,
            "SELECT OrganizationId, Version, EventIndex, Kind, SubjectName FROM Events ORDER BY OrganizationId, Version, EventIndex",
            reader => new Happened(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4)));
        var versions = CheckVersions(database, events);
        foreach (var (table, name, kind) in Made)
        {
            CheckRows(database, table, name, [.. events.Where(happened => happened.Kind.StartsWith(kind + ".", StringComparison.Ordinal))], kind);
        }

        CheckDirectory(database);
        CheckAudit(database, events.Count);
        var heard = CheckAcknowledged(events, acknowledged);
        var byLoad = events.Count(happened => IsOfLoad(happened.Subject) && (happened.Kind.EndsWith(".created", StringComparison.Ordinal) || happened.Kind == "apiKey.revoked"));
        return new WholeFigures(versions, heard, byLoad - heard);
    }

    private static int CheckVersions(SqliteConnection database, List<Happened> events)
    {
        var organizations = Read(database, "SELECT Id, Version FROM Organizations", reader => (Id: reader.GetString(0), Version: reader.GetInt32(1)));
        var byOrganization = events.ToLookup(happened => happened.Organization);
        foreach (var (id, version) in organizations)
        {
            var byVersion = byOrganization[id].GroupBy(happened => happened.Version).ToList();
            Assert.Equal(Enumerable.Range(1, version), byVersion.Select(group => group.Key));
            Assert.All(byVersion, group => Assert.Equal(Enumerable.Range(0, group.Count()), group.Select(happened => happened.Index)));
        }

        Assert.Equal(organizations.Count, byOrganization.Count);
        return organizations.Sum(organization => organization.Version);
    }

    // Each row has one event of its making, each such event its row; and the row was last changed by what is told of it last.
    private static void CheckRows(SqliteConnection database, string table, string name, List<Happened> events, string kind)
    {
        var rows = Read(database, $"SELECT {name}, Version FROM {table} WHERE IsDeleted = 0 ORDER BY {name}", reader => (Name: reader.GetString(0), Version: reader.GetInt32(1)))
            .Where(row => IsOfLoad(row.Name)).ToList();
        var made = events.Where(happened => happened.Kind == kind + ".created" && IsOfLoad(happened.Subject)).Select(happened => happened.Subject).Order(StringComparer.Ordinal);
        Assert.Equal(made, rows.Select(row => row.Name).Order(StringComparer.Ordinal));
        var last = events.GroupBy(happened => happened.Subject).ToDictionary(group => group.Key, group => group.Max(happened => happened.Version));
        Assert.All(rows, row => Assert.Equal(last[row.Name], row.Version));
    }

    // What stands beside the snapshot's rows is there and gone with them.
    private static void CheckDirectory(SqliteConnection database)
    {
        Assert.Empty(Read(database, "SELECT Name FROM ApiKeys k WHERE (EndedAt IS NULL) <> (SELECT COUNT(*) FROM Credentials WHERE CredentialId = k.Id)", reader => reader.GetString(0)));
        Assert.Empty(Read(database, "SELECT Hash FROM Credentials c WHERE Kind = 'ApiKey' AND NOT EXISTS (SELECT 1 FROM ApiKeys WHERE Id = c.CredentialId)", reader => reader.GetString(0)));
        Assert.Empty(Read(database, "SELECT Email FROM Invitations i WHERE NOT EXISTS (SELECT 1 FROM InvitationLinks WHERE InvitationId = i.Id)", reader => reader.GetString(0)));
        Assert.Empty(Read(database, "SELECT Email FROM Invitations i WHERE 1 <> (SELECT COUNT(*) FROM WorkItems WHERE SubjectId = i.Id AND Kind = 'invitation.expire')", reader => reader.GetString(0)));
        // Each mail is still to be sent, or told as sent as often as it was.
        Assert.Empty(Read(
            database,
            """
            SELECT Email || ' ' || Delivery || ' ' || SentCount FROM Invitations i
            WHERE (Delivery IN ('Sent', 'Skipped')) = (SELECT COUNT(*) FROM WorkItems WHERE SubjectId = i.Id AND Kind IN ('invitation.mail', 'invitation.send'))
              OR SentCount <> (SELECT COUNT(*) FROM Events WHERE Kind = 'invitation.sent' AND OrganizationId = i.OrganizationId AND SubjectName = i.Email)
            """,
            reader => reader.GetString(0)));
        Assert.Empty(Read(database, "SELECT Id FROM WorkItems w WHERE Kind LIKE 'invitation.%' AND NOT EXISTS (SELECT 1 FROM Invitations WHERE Id = w.SubjectId)", reader => reader.GetString(0)));
    }

    // Each event has its entry of the audit log, in one chain that ends where it is said to end.
    private static void CheckAudit(SqliteConnection database, int events)
    {
        const string Told = "(SELECT COUNT(*) FROM AuditEntries a WHERE a.OrganizationId = e.OrganizationId AND a.Action = e.Kind AND a.ResourceName = e.SubjectName)";
        Assert.Equal([events], Read(database, "SELECT COUNT(*) FROM AuditEntries WHERE Outcome = 'Succeeded'", reader => reader.GetInt32(0)));
        Assert.Empty(Read(
            database, $"SELECT Kind || ' ' || SubjectName FROM Events e GROUP BY OrganizationId, Kind, SubjectName HAVING COUNT(*) <> {Told}", reader => reader.GetString(0)));
        Assert.Empty(Read(
            database,
            "SELECT a.OrganizationId FROM AuditEntries a GROUP BY OrganizationId HAVING COUNT(*) <> MAX(Sequence) OR MAX(Sequence) <> (SELECT Sequence FROM AuditHeads h WHERE h.OrganizationId = a.OrganizationId)",
            reader => reader.GetString(0)));
    }

    private static int CheckAcknowledged(List<Happened> events, IReadOnlyList<Acknowledged> acknowledged)
    {
        var found = events.ToLookup(happened => (happened.Kind, happened.Subject), happened => happened.Version);
        foreach (var one in acknowledged)
        {
            Assert.True(found[(one.Kind, one.Subject)].SequenceEqual([one.Version]), $"{one} is told by the versions [{string.Join(", ", found[(one.Kind, one.Subject)])}].");
        }

        return acknowledged.Count;
    }

    private static bool IsOfLoad(string subject) => subject.StartsWith("Load ", StringComparison.Ordinal) || subject.StartsWith("load-", StringComparison.Ordinal);

    private static List<T> Read<T>(SqliteConnection database, string sql, Func<SqliteDataReader, T> map)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    private sealed record Happened(string Organization, int Version, int Index, string Kind, string Subject);
}
