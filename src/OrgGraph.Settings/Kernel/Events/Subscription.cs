using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>Where results of a subscription go. Nothing here blocks but <see cref="ReadyAsync"/>.</summary>
public interface IEventSink
{
    /// <summary>False: gone, or reading too slowly.</summary>
    bool Next(ReadOnlyMemory<byte> json);

    void Complete();

    /// <summary>Ends when there is room for more, or the sink is gone. Only a replay waits for it; live events do not wait for anybody.</summary>
    ValueTask ReadyAsync(CancellationToken cancellation);
}

/// <summary>An accepted subscription: whose, to what, and how its results are made.</summary>
/// <param name="ShareKey">Equal for the same document, operation and variables.</param>
/// <param name="DependsOnPerson">The document asks for something that depends on who the caller is, so nobody else gets the same bytes.</param>
/// <param name="DependsUnlessOwner">As above, but all owners see the same.</param>
/// <param name="Wants">Which events the field delivers.</param>
/// <param name="After">The cursor given; null: live only.</param>
/// <param name="Execute">Makes the result for one event on one snapshot, as one caller.</param>
/// <param name="Refuse">Makes the final result when the right to subscribe has ended.</param>
public sealed record Subscription(
    Guid OrganizationId,
    Caller Caller,
    IReadOnlyList<Policy> Policies,
    string ShareKey,
    bool DependsOnPerson,
    bool DependsUnlessOwner,
    bool IsOwnAccess,
    Func<SettingsEvent, bool> Wants,
    string? After,
    Func<Caller, SettingsEvent, Snapshot, Task<ReadOnlyMemory<byte>>> Execute,
    Func<Verdict, ReadOnlyMemory<byte>> Refuse);

/// <summary>What the kernel needs of the product's events.</summary>
public interface IEventModel
{
    /// <summary>The event that tells a client to load anew.</summary>
    SettingsEvent Reset(string reason);

    /// <summary>The event that tells a subscriber that its own rights changed, for what caused it.</summary>
    SettingsEvent OwnAccessChanged(SettingsEvent cause);

    /// <summary>The event that something was used; null when nobody is told.</summary>
    SettingsEvent? Used(Snapshot snapshot, Guid subject);
}
