using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Invitations;

/// <summary>Which invitations.</summary>
public sealed class InvitationFilter
{
    /// <summary>Only those with one of these statuses; PENDING when left out.</summary>
    public InvitationStatus[]? Status { get; set; }

    /// <summary>Part of the address, in any case.</summary>
    public string? Search { get; set; }
}

/// <summary>The invitations of an organization.</summary>
public sealed class InvitationQueries
{
    private const string Name = "Organization.invitations";
    private const int MaxRead = 10_000;

    private readonly Database _database;
    private readonly TimeProvider _clock;

    internal InvitationQueries(Database database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>Invitations, newest first.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    [Authorize(Policy.InviteMembers)]
    public async Task<InvitationConnection?> InvitationsAsync(
        IResolveFieldContext context, [Parent] Organization organization, int? first, string? after, int? last, string? before, InvitationFilter? where)
    {
        var snapshot = organization.Snapshot;
        var now = context.Request().Now;
        var statuses = where?.Status ?? [InvitationStatus.Pending];
        var all = Array.Exists(statuses, status => status != InvitationStatus.Pending) ? await WithOlderAsync(snapshot, context.CancellationToken) : snapshot.Invitations.All;
        var list = new FilteredList<InvitationSnapshot>(
            all,
            invitation => statuses.Contains(invitation.StatusAt(now))
                && (where?.Search is not { Length: > 0 } search || invitation.Email.Contains(search, StringComparison.OrdinalIgnoreCase))).Whole();
        var page = Paging.Of(Name, list, InvitationSnapshot.ByCreation, new PageArguments(first, after, last, before));
        return new InvitationConnection(page.Select(row => new Invitation(snapshot, row)));
    }

    internal static InvitationEdge EdgeOf(Invitation invitation) => new()
    {
        Node = invitation,
        Cursor = new PageCursor($"{Name}.{InvitationSnapshot.ByCreation.Tag}-", InvitationSnapshot.ByCreation.Key(invitation.Row), invitation.Row.Id).ToString(),
    };

    // Those that ended more than 30 days ago are in no snapshot.
    private async Task<IReadOnlyList<InvitationSnapshot>> WithOlderAsync(OrganizationSnapshot organization, CancellationToken cancellation)
    {
        var table = InvitationRow.Table;
        var sql = _database.Dialect.Limited(
            $"SELECT {table.SelectList} FROM {table.Name} WHERE OrganizationId = @organization AND IsDeleted = 0 AND EndedAt <= @since", "EndedAt DESC");
        var rows = await _database.QueryAsync(
            sql, table.Read, cancellation, ("organization", organization.OrganizationId), ("since", _clock.GetUtcNow() - table.KeepsEnded!.Value), ("limit", MaxRead));
        return [.. organization.Invitations.All.Concat(rows.Where(row => organization.Invitations[row.Id] is null).Select(InvitationSnapshot.Of)).Order(InvitationSnapshot.ByCreation)];
    }
}

/// <summary>What the join page shows.</summary>
public sealed class InvitationLookup(InvitationFinder finder, InvitationPreviews previews)
{
    /// <summary>What the join page shows of the invitation that a link's token leads to; null for a token that is unknown or void. Needs no sign-in.</summary>
    /// <param name="token">The part of the link after the #.</param>
    public async Task<InvitationPreview?> InvitationAsync(IResolveFieldContext context, string token) =>
        await finder.FindAsync(token, context) is { } place ? await previews.FindAsync(place, context) : null;
}

/// <summary>What a person finds when they sign in.</summary>
public sealed class ViewerInvitations(CredentialDirectory directory, InvitationPreviews previews)
{
    /// <summary>The open invitations to the viewer's verified e-mail, over all organizations, by the organization's name.</summary>
    public async Task<IEnumerable<InvitationPreview>> InvitationsAsync(IResolveFieldContext context)
    {
        if (context.Caller() is not { Credential: Kernel.Access.CredentialKind.Session, Person.VerifiedEmail: { } email })
        {
            return [];
        }

        var found = new List<InvitationPreview>();
        foreach (var place in await directory.FindInvitationsAsync(EmailText.Normalize(email), context.CancellationToken))
        {
            if (await previews.FindAsync(place, context) is { Status: InvitationStatus.Pending } preview)
            {
                found.Add(preview);
            }
        }

        return found.OrderBy(preview => preview.OrganizationName, StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>From an invitation's place to its preview.</summary>
public sealed class InvitationPreviews(SnapshotStore store)
{
    internal async Task<InvitationPreview?> FindAsync(CredentialPlace place, IResolveFieldContext context) =>
        await store.GetAsync(place.OrganizationId, context.CancellationToken) is OrganizationSnapshot { IsArchived: false } snapshot && snapshot.Invitations[place.CredentialId] is { } row
            ? new InvitationPreview(snapshot, row, context.Request().Now)
            : null;
}
