namespace OrgGraph.Settings.Kernel.Events;

/// <content>Many events at once: an import, a paste of addresses, what another process did meanwhile.</content>
internal sealed partial class OrganizationFeed
{
    private const int MostTogether = 500;

    private async Task DeliverLoggedAsync(Snapshots.Snapshot snapshot)
    {
        var events = new List<SettingsEvent>();
        await foreach (var happened in _log.ReadAsync(_position with { Index = EventCursor.WholeVersion }, snapshot.Version, CancellationToken.None))
        {
            if (happened is not null)
            {
                events.Add(happened);
            }

            if (happened is null || events.Count == MostTogether)
            {
                await DeliverAllAsync(events);
                events = [];
            }

            if (happened is null)
            {
                await ResetAllAsync("Something happened that this server's release does not know yet.");
            }
        }

        await DeliverAllAsync(events);
    }

    // A connection's queue is short, so that who reads too slowly is found; who reads well must not be taken for such because much happened at
    // one moment.
    private async Task DeliverAllAsync(IReadOnlyList<SettingsEvent> events)
    {
        if (events.Count <= Subscriber.FewEnough)
        {
            foreach (var happened in events)
            {
                await DeliverAsync(happened);
            }

            return;
        }

        await RegroupAsync();
        foreach (var members in _classes.Values.ToList())
        {
            members.RemoveAll(member => IsOver(member) && member.Drop());
            if (members is [var first, ..])
            {
                var results = await ExecuteAllAsync(first, events);
                members.RemoveAll(member => !member.OfferMany(results, one => _ = Task.Run(() => FollowAsync(one))));
            }
        }
    }

    private async Task<List<ReadOnlyMemory<byte>>> ExecuteAllAsync(Subscriber subscriber, IReadOnlyList<SettingsEvent> events)
    {
        var results = new List<ReadOnlyMemory<byte>>();
        foreach (var happened in events)
        {
            if (EventFor(subscriber, happened) is { } wanted && wanted.CanBeSeenBy(subscriber.Subscription.Caller, _snapshot))
            {
                results.Add(await subscriber.Subscription.Execute(subscriber.Subscription.Caller, wanted, _snapshot));
            }
        }

        return results;
    }

    private async Task FollowAsync(Subscriber subscriber)
    {
        try
        {
            await subscriber.ReleaseAsync();
            if (subscriber.TakeOverflow())
            {
                subscriber.Offer(await ExecuteResetAsync(subscriber, "More happened at once than could be kept."));
            }
        }
        catch (OperationCanceledException)
        {
            // It left in the middle.
        }
    }
}
