using System.Text.Json.Serialization;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Organizations;

/// <summary>Something that happened in an organization.</summary>
[Name("OrganizationEvent")]
public interface IOrganizationEvent
{
    /// <summary>The event's place in the stream: pass it as `after` to go on from here.</summary>
    string Cursor { get; }

    /// <summary>The organization's version that the change made. A mutation's payload carries the same number.</summary>
    int Version { get; }

    /// <summary>When it happened.</summary>
    DateTimeOffset OccurredAt { get; }

    /// <summary>The organization, at this version or a later one.</summary>
    Organization Organization(IResolveFieldContext context);

    /// <summary>Who did it; null when the server did, or the subscriber may not see who.</summary>
    IPrincipal? Actor(IResolveFieldContext context);

    /// <summary>The name of who did it, as it was then; "OrgGraph" for the server itself.</summary>
    string ActorName { get; }

    /// <summary>What it is about, as it was called then.</summary>
    string SubjectName { get; }
}

/// <summary>The part that all events share.</summary>
public abstract class OrganizationEvent : SettingsEvent, IOrganizationEvent
{
    /// <summary>The event's place in the stream: pass it as `after` to go on from here.</summary>
    [JsonIgnore]
    public string Cursor => Envelope.Cursor.ToString();

    /// <summary>The organization's version that the change made. A mutation's payload carries the same number.</summary>
    [JsonIgnore]
    public int Version => Envelope.Version;

    /// <summary>When it happened.</summary>
    [JsonIgnore]
    public DateTimeOffset OccurredAt => Envelope.OccurredAt;

    /// <summary>The organization, at this version or a later one.</summary>
    public Organization Organization(IResolveFieldContext context) => new(SnapshotOf(context));

    /// <summary>Who did it; null when the server did, or the subscriber may not see who.</summary>
    public IPrincipal? Actor(IResolveFieldContext context) => SnapshotOf(context).PrincipalFor(context.Caller(), Envelope.Actor);

    /// <summary>The name of who did it, as it was then; "OrgGraph" for the server itself.</summary>
    [JsonIgnore]
    public string ActorName => Envelope.ActorName;

    /// <summary>What it is about, as it was called then.</summary>
    [JsonIgnore]
    public string SubjectName => Envelope.SubjectName;

    // Delivery pins the snapshot before it executes, so this never waits.
    [Ignore]
    internal OrganizationSnapshot SnapshotOf(IResolveFieldContext context)
    {
        var pinned = context.Request().SnapshotAsync(Envelope.OrganizationId);
        return pinned.IsCompletedSuccessfully && pinned.Result is OrganizationSnapshot snapshot
            ? snapshot
            : throw new InvalidOperationException("An event is delivered without its snapshot.");
    }

    [Ignore]
    internal string GlobalIdOf(NodeType type, Guid id) => new GlobalId(type, Envelope.OrganizationId, id).ToString();
}

/// <summary>The stream could not go on without a gap: load anew, then go on from this event's cursor.</summary>
[Name("StreamReset"), Implements(typeof(IOrganizationEvent))]
public sealed class StreamReset(string reason) : OrganizationEvent
{
    /// <summary>Why.</summary>
    public string Reason { get; } = reason;

    [Ignore]
    public override bool IsLogged() => false;
}

/// <summary>Name or image mode changed.</summary>
[Name("OrganizationUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("organization.updated")]
public sealed class OrganizationUpdated : OrganizationEvent;

/// <summary>An owner asked for the organization to be deleted.</summary>
[Name("OrganizationDeletionRequested"), Implements(typeof(IOrganizationEvent)), EventKind("organization.deletionRequested")]
public sealed class OrganizationDeletionRequested : OrganizationEvent;

/// <summary>An owner took the request for deletion back.</summary>
[Name("OrganizationDeletionCancelled"), Implements(typeof(IOrganizationEvent)), EventKind("organization.deletionCancelled")]
public sealed class OrganizationDeletionCancelled : OrganizationEvent;

/// <summary>An operator archived the organization: nothing was answered for it from then on. Heard only after it was restored.</summary>
[Name("OrganizationArchived"), Implements(typeof(IOrganizationEvent)), EventKind("organization.archived")]
public sealed class OrganizationArchived : OrganizationEvent;

/// <summary>An operator restored the organization: its members, keys and tokens work again.</summary>
[Name("OrganizationRestored"), Implements(typeof(IOrganizationEvent)), EventKind("organization.restored")]
public sealed class OrganizationRestored : OrganizationEvent;

/// <summary>The streams of the organization as a whole.</summary>
public sealed class OrganizationSubscriptions
{
    /// <summary>Everything that the caller may see, in order.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member), SubscriptionField("", ""), PerCaller(ExceptOwners = true)]
    public IOrganizationEvent OrganizationEvents(IResolveFieldContext context, [Id] string organizationId, string? after) => (IOrganizationEvent)context.RootValue!;

    /// <summary>The organization's own fields changed.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField(
        "OrganizationChangedEvent",
        "A change of the organization's own fields.",
        typeof(OrganizationUpdated),
        typeof(OrganizationDeletionRequested),
        typeof(OrganizationDeletionCancelled),
        typeof(OrganizationArchived),
        typeof(OrganizationRestored),
        typeof(StreamReset))]
    public object OrganizationChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
