using System.Security.Cryptography;
using System.Text;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Slack;

/// <summary>Somebody's way through Slack's page of consent. Of the state only a hash is kept.</summary>
internal sealed class SlackAttemptRow
{
    public static readonly RowTable<SlackAttemptRow> Table = new("SlackAttempts", "Id") { Unique = ["StateHash"], Indexed = ["OrganizationId"] };

    public required Guid Id { get; init; }

    public required Guid OrganizationId { get; init; }

    public required Guid PersonId { get; init; }

    public required string StateHash { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>
/// Ways through Slack's page of consent that were begun. Each is taken once, by who began it: a callback that was stolen, replayed, kept
/// too long or crossed with somebody else's finds nothing.
/// </summary>
internal sealed class SlackAttempts
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    internal const string TakeSql = "DELETE FROM SlackAttempts WHERE StateHash = @hash AND OrganizationId = @organization AND PersonId = @person AND ExpiresAt > @now";

    private readonly Database _database;
    private readonly TimeProvider _clock;

    internal SlackAttempts(Database database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>Takes an attempt: nobody can take it again.</summary>
    /// <returns>False: there is none of that state, organization and person, or it is over.</returns>
    public async Task<bool> TakeAsync(Guid organizationId, Guid personId, Secret state, CancellationToken cancellation) => await _database.ExecuteAsync(
        TakeSql,
        cancellation,
        ("hash", HashOf(state)),
        ("organization", organizationId),
        ("person", personId),
        ("now", _clock.GetUtcNow())) == 1;

    /// <summary>Keeps an attempt with the decision, and ends it in time.</summary>
    public static void Begin(Decision decision, Guid personId, Secret state, int number)
    {
        var row = new SlackAttemptRow { Id = decision.NewId(), OrganizationId = decision.Before.OrganizationId, PersonId = personId, StateHash = HashOf(state), ExpiresAt = decision.Now + Life };
        decision.Also(new SideChange.Insert(SlackAttemptRow.Table, row));
        decision.Schedule(SlackAttemptExpiry.Work, row.Id, row.ExpiresAt, number);
    }

    /// <summary>Ends all attempts of the organization.</summary>
    public static void EndAll(Decision decision) =>
        decision.Also(new SideChange.Delete(SlackAttemptRow.Table, [(nameof(SlackAttemptRow.OrganizationId), decision.Before.OrganizationId)]));

    // 256 random bits need no salt, and no slow hash.
    private static string HashOf(Secret state) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state.Reveal())));
}

/// <summary>Ends an attempt to connect that was not finished in time.</summary>
public sealed class SlackAttemptExpiry(MutationRunner runner) : IWorkHandler
{
    internal const string Work = "slack.attemptExpiry";

    public string Kind => Work;

    public Task HandleAsync(WorkItem item, CancellationToken cancellation) => runner.DecideAsSystemAsync(item.OrganizationId, decision => Decide(decision, item), cancellation);

    private static Refusal? Decide(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        if (item.CreatedAt + SlackAttempts.Life > decision.Now)
        {
            // The clock was set back.
            decision.Schedule(Work, item.SubjectId, item.CreatedAt + SlackAttempts.Life, item.Ordinal);
            return null;
        }

        decision.Also(new SideChange.Delete(SlackAttemptRow.Table, [(nameof(SlackAttemptRow.Id), item.SubjectId)]));
        if (decision.Organization().Slack is { Status: IntegrationStatus.Connecting } slack && slack.AttemptNumber == item.Ordinal)
        {
            SlackDoor.Change(decision, slack with { Status = IntegrationStatus.Disconnected }, new SlackDisconnected());
        }

        return null;
    }
}
