using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>Which entries of an organization's log.</summary>
/// <param name="IsOwner">False: entries about service accounts are left out.</param>
/// <param name="Projects">Only what is about these projects or none; null: about any.</param>
internal sealed record AuditWanted(Guid OrganizationId, bool IsOwner, IReadOnlyCollection<Guid>? Projects)
{
    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public string? Actor { get; init; }

    public string? Action { get; init; }

    public string? ResourceType { get; init; }

    public string? ResourceId { get; init; }

    public AuditOutcome? Outcome { get; init; }
}

/// <summary>The log as it is read: by keyset, so that a page stays exact while new entries arrive.</summary>
internal sealed class AuditLog
{
    private readonly Database _database;

    internal AuditLog(Database database) => _database = database;

    /// <summary>Entries whose sequence lies between two, exclusively.</summary>
    /// <param name="newestFirst">In which direction, and so which ones when there are more than wanted.</param>
    public Task<List<AuditRow>> ReadAsync(AuditWanted wanted, long above, long below, bool newestFirst, int limit, CancellationToken cancellation)
    {
        var (where, parameters) = Where(wanted);
        return _database.QueryAsync(
            _database.Dialect.Limited(
                $"SELECT {AuditRow.Table.SelectList} FROM AuditEntries WHERE {where} AND Sequence > @above AND Sequence < @below", newestFirst ? "Sequence DESC" : "Sequence"),
            AuditRow.Table.Read,
            cancellation,
            [.. parameters, ("above", above), ("below", below), ("limit", limit)]);
    }

    public async Task<int> CountAsync(AuditWanted wanted, CancellationToken cancellation)
    {
        var (where, parameters) = Where(wanted);
        return (await _database.QueryAsync($"SELECT COUNT(*) FROM AuditEntries WHERE {where}", reader => (int)Math.Min(reader.GetInt64(0), int.MaxValue), cancellation, [.. parameters]))[0];
    }

    /// <summary>The last entry's sequence; 0 when there is none.</summary>
    public async Task<long> LastAsync(Guid organizationId, CancellationToken cancellation) =>
        (await _database.QueryAsync("SELECT Sequence FROM AuditHeads WHERE OrganizationId = @organization", reader => reader.GetInt64(0), cancellation, ("organization", organizationId))).FirstOrDefault();

    private static (string Sql, List<(string, object)> Parameters) Where(AuditWanted wanted)
    {
        var conditions = new List<string> { "OrganizationId = @organization" };
        var parameters = new List<(string, object)> { ("organization", wanted.OrganizationId) };
        void And(string condition, string name, object? value)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                parameters.Add((name, value));
            }
        }

        And("OccurredAt >= @since", "since", wanted.Since);
        And("OccurredAt < @until", "until", wanted.Until);
        And("Actor = @actor", "actor", wanted.Actor);
        And("Action = @action", "action", wanted.Action);
        And("ResourceType = @type", "type", wanted.ResourceType);
        And("ResourceId = @resource", "resource", wanted.ResourceId);
        And("Outcome = @outcome", "outcome", wanted.Outcome?.ToString());
        if (!wanted.IsOwner)
        {
            conditions.Add("IsForOwners = 0");
        }

        if (wanted.Projects is { } projects)
        {
            var own = projects.Select((id, index) => (Name: "project" + index, Id: id)).ToList();
            conditions.Add(own.Count == 0 ? "ProjectId IS NULL" : $"(ProjectId IS NULL OR ProjectId IN ({string.Join(", ", own.Select(project => "@" + project.Name))}))");
            parameters.AddRange(own.Select(project => (project.Name, (object)project.Id)));
        }

        return (string.Join(" AND ", conditions), parameters);
    }
}
