using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Invitations;

/// <summary>How far an invitation has come.</summary>
public enum InvitationStatus
{
    /// <summary>Open.</summary>
    Pending,

    /// <summary>The person joined by it.</summary>
    Accepted,

    /// <summary>The person said no.</summary>
    Declined,

    /// <summary>Somebody in the organization took it back.</summary>
    Revoked,

    /// <summary>7 days went by. It can be sent again.</summary>
    Expired,
}

/// <summary>How far an invitation's mail has come.</summary>
public enum MailDelivery
{
    /// <summary>It is about to be sent.</summary>
    Queued,

    /// <summary>The mail server took it.</summary>
    Sent,

    /// <summary>It could not be sent; deliveryError says why. It can be sent again.</summary>
    Failed,

    /// <summary>No mail was wanted.</summary>
    Skipped,
}

/// <summary>An invitation. The hash of its link stands in the directory while it is open.</summary>
internal sealed class InvitationRow : SettingsRow, IEndingRow
{
    public static readonly RowTable<InvitationRow> Table = new("Invitations", "OrganizationId", "Id") { KeepsEnded = TimeSpan.FromDays(30) };

    public required string Email { get; init; }

    public required string NormalizedEmail { get; init; }

    public required string GroupIds { get; init; }

    public string? InvitedBy { get; init; }

    /// <summary>Whether the invitation was made by API key: that narrows what it may give.</summary>
    public required bool IsByKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required InvitationStatus Status { get; init; }

    public required MailDelivery Delivery { get; init; }

    public string? DeliveryError { get; init; }

    public required int SentCount { get; init; }

    /// <summary>Which link is the valid one: each mail has its own.</summary>
    public required int SendNumber { get; init; }

    public required string PepperId { get; init; }

    public DateTimeOffset? LastQueuedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>An invitation, as the snapshot holds it.</summary>
internal sealed record InvitationSnapshot(
    Guid Id,
    int Version,
    string Email,
    string NormalizedEmail,
    Guid[] GroupIds,
    PrincipalRef? InvitedBy,
    bool IsByKey,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    InvitationStatus Status,
    MailDelivery Delivery,
    string? DeliveryError,
    int SentCount,
    int SendNumber,
    string PepperId,
    DateTimeOffset? LastQueuedAt,
    DateTimeOffset? EndedAt) : IEntity
{
    public static readonly SortOrder<InvitationSnapshot> ByCreation = new("created", invitation => SortKey.Of(invitation.CreatedAt), Descending: true);

    /// <summary>An open invitation whose time is over counts as expired before that is recorded.</summary>
    public InvitationStatus StatusAt(DateTimeOffset now) => Status == InvitationStatus.Pending && ExpiresAt <= now ? InvitationStatus.Expired : Status;

    public static InvitationSnapshot Of(InvitationRow row) => new(
        row.Id,
        row.Version,
        row.Email,
        row.NormalizedEmail,
        IdList.Parse(row.GroupIds),
        PrincipalRef.Parse(row.InvitedBy),
        row.IsByKey,
        row.CreatedAt,
        row.ExpiresAt,
        row.Status,
        row.Delivery,
        row.DeliveryError,
        row.SentCount,
        row.SendNumber,
        row.PepperId,
        row.LastQueuedAt,
        row.EndedAt);

    public InvitationRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        Email = Email,
        NormalizedEmail = NormalizedEmail,
        GroupIds = IdList.Format(GroupIds),
        InvitedBy = InvitedBy?.ToString(),
        IsByKey = IsByKey,
        CreatedAt = CreatedAt,
        ExpiresAt = ExpiresAt,
        Status = Status,
        Delivery = Delivery,
        DeliveryError = DeliveryError,
        SentCount = SentCount,
        SendNumber = SendNumber,
        PepperId = PepperId,
        LastQueuedAt = LastQueuedAt,
        EndedAt = EndedAt,
    };
}
