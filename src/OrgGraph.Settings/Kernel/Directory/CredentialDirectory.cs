using System.Collections.Concurrent;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Directory;

/// <summary>To which organization and credential a secret leads.</summary>
public sealed record CredentialPlace(Guid OrganizationId, Guid CredentialId);

/// <summary>
/// Finds keys, tokens and invitation links by the hash of their secret. Hits are remembered, for the snapshot tells whether they are
/// still good; misses are not.
/// </summary>
public sealed class CredentialDirectory
{
    private const int MaxCached = 50_000;

    private readonly ConcurrentDictionary<string, CredentialPlace> _places = [];
    private readonly Database _database;
    private readonly TokenHasher _hasher;

    internal CredentialDirectory(Database database, TokenHasher hasher)
    {
        _database = database;
        _hasher = hasher;
    }

    /// <summary>Where a well-formed token leads; null when nobody has it, or it is not good.</summary>
    /// <param name="isGood">Whether what was found still is.</param>
    public async ValueTask<CredentialPlace?> FindAsync(CredentialKind kind, string token, Func<CredentialPlace, ValueTask<bool>> isGood, CancellationToken cancellation) =>
        await FindAsync(kind == CredentialKind.ApiKey ? TokenPurpose.ApiKey : TokenPurpose.ServiceToken, token, candidates => FindAsync(candidates, isGood, cancellation));

    private async ValueTask<CredentialPlace?> FindAsync(IReadOnlyList<TokenHash> candidates, Func<CredentialPlace, ValueTask<bool>> isGood, CancellationToken cancellation)
    {
        foreach (var candidate in candidates)
        {
            if (_places.TryGetValue(candidate.Hash, out var known))
            {
                if (await isGood(known))
                {
                    return known;
                }

                // One that has ended takes the way of one that never was: the time of the refusal must not tell them apart.
                _places.TryRemove(candidate.Hash, out _);
            }
        }

        foreach (var candidate in candidates)
        {
            var rows = await _database.QueryAsync(CredentialRow.Table, "Hash = @hash", cancellation, ("hash", candidate.Hash));
            if (rows.Count == 1 && TokenHasher.FixedTimeEquals(new TokenHash(rows[0].PepperId, rows[0].Hash), candidate))
            {
                var place = new CredentialPlace(rows[0].OrganizationId, rows[0].CredentialId);
                return await isGood(place) ? Remember(candidate.Hash, place) : null;
            }
        }

        return null;
    }

    private CredentialPlace Remember(string hash, CredentialPlace place)
    {
        if (_places.Count >= MaxCached)
        {
            _places.Clear();
        }

        return _places[hash] = place;
    }

    // Another process may have added a pepper since this one read the ring, and hashed the token with it: an unknown token is looked for
    // once more when the ring has changed.
    private async ValueTask<CredentialPlace?> FindAsync(TokenPurpose purpose, string token, Func<IReadOnlyList<TokenHash>, ValueTask<CredentialPlace?>> find)
    {
        var candidates = _hasher.Candidates(purpose, token);
        if (await find(candidates) is { } found)
        {
            return found;
        }

        var now = RefreshedCandidates(purpose, token);
        return now.SequenceEqual(candidates) ? null : await find(now);
    }

    private IReadOnlyList<TokenHash> RefreshedCandidates(TokenPurpose purpose, string token)
    {
        try
        {
            _hasher.Refresh();
            return _hasher.Candidates(purpose, token);
        }
        catch (KeyRingException)
        {
            throw RequestFault.Unavailable("The server cannot read its key ring, so it cannot tell whether the credential is good. Try again in a few seconds.");
        }
    }

    /// <summary>Where an invitation's link leads; null when it is void or never was.</summary>
    public async Task<CredentialPlace?> FindInvitationAsync(string token, CancellationToken cancellation) =>
        await FindAsync(TokenPurpose.Invitation, token, candidates => FindInvitationAsync(candidates, cancellation));

    private async ValueTask<CredentialPlace?> FindInvitationAsync(IReadOnlyList<TokenHash> candidates, CancellationToken cancellation)
    {
        foreach (var candidate in candidates)
        {
            var rows = await _database.QueryAsync(InvitationLinkRow.Table, "TokenHash = @hash", cancellation, ("hash", candidate.Hash));
            if (rows.Count == 1 && TokenHasher.FixedTimeEquals(new TokenHash(rows[0].PepperId, rows[0].TokenHash), candidate))
            {
                return new CredentialPlace(rows[0].OrganizationId, rows[0].InvitationId);
            }
        }

        return null;
    }

    /// <summary>The open invitations to an address, over all organizations.</summary>
    public async Task<IReadOnlyList<CredentialPlace>> FindInvitationsAsync(string verifiedEmail, CancellationToken cancellation)
    {
        var rows = await _database.QueryAsync(InvitationLinkRow.Table, "Email = @email", cancellation, ("email", verifiedEmail));
        return [.. rows.Select(row => new CredentialPlace(row.OrganizationId, row.InvitationId))];
    }

    /// <summary>The organization that an invitation belongs to.</summary>
    public async Task<CredentialPlace?> FindInvitationAsync(Guid invitationId, CancellationToken cancellation)
    {
        var rows = await _database.QueryAsync(InvitationLinkRow.Table, "InvitationId = @id", cancellation, ("id", invitationId));
        return rows.Count == 1 ? new CredentialPlace(rows[0].OrganizationId, rows[0].InvitationId) : null;
    }

    internal SideChange Add(CredentialKind kind, TokenHash hash, Guid organizationId, Guid credentialId) => new SideChange.Insert(CredentialRow.Table, new CredentialRow
    {
        Hash = hash.Hash,
        PepperId = hash.PepperId,
        Kind = kind.ToString(),
        OrganizationId = organizationId,
        CredentialId = credentialId,
    });

    /// <summary>The credential has ended: its hash is gone with it.</summary>
    internal static SideChange Remove(Guid credentialId) => new SideChange.Delete(CredentialRow.Table, [(nameof(CredentialRow.CredentialId), credentialId)]);
}
