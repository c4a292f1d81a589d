using System.Collections.Concurrent;
using System.Data.Common;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Directory;

/// <summary>Who a person says to be, by the word of an issuer.</summary>
/// <param name="VerifiedEmail">Lower case, NFC; null when the issuer does not vouch for it.</param>
public sealed record PersonIdentity(
    string Issuer, string Subject, string DisplayName, string Email, string? VerifiedEmail, string? GivenName, string? FamilyName, string? AvatarUrl);

/// <summary>People and the organizations they belong to: what no single organization holds.</summary>
public sealed class PeopleDirectory
{
    private const int MaxCached = 50_000;
    private static readonly TimeSpan NegativeLife = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Issuer, string Subject), (PersonIdentity Identity, Person Person)> _people = [];
    private readonly ConcurrentDictionary<Guid, Person> _byId = [];
    private readonly ConcurrentDictionary<Guid, (HashSet<Guid> Organizations, long At)> _memberships = [];
    private readonly Database _database;
    private readonly IdSource _ids;
    private readonly TimeProvider _clock;

    internal PeopleDirectory(Database database, IdSource ids, TimeProvider clock)
    {
        _database = database;
        _ids = ids;
        _clock = clock;
    }

    /// <summary>Called before a changed profile is stored, so that the person's organizations learn of it; called again when that failed.</summary>
    public Func<Person, IReadOnlyCollection<Guid>, Task> ProfileChanged { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The person of that identity; a new one at first sight.</summary>
    public async ValueTask<Person> SignInAsync(PersonIdentity identity, CancellationToken cancellation)
    {
        var key = (identity.Issuer, identity.Subject);
        if (_people.TryGetValue(key, out var known) && known.Identity == identity)
        {
            return known.Person;
        }

        var row = await FindAsync(identity, cancellation) ?? await AddAsync(identity, cancellation);
        var person = ToPerson(row);
        if (!Matches(row, identity))
        {
            person = await UpdateAsync(row, identity, cancellation);
        }

        Bound(_people);
        Bound(_byId);
        _people[key] = (identity, person);
        _byId[person.Id] = person;
        return person;
    }

    public async ValueTask<Person?> FindAsync(Guid id, CancellationToken cancellation)
    {
        if (_byId.TryGetValue(id, out var known))
        {
            return known;
        }

        var rows = await _database.QueryAsync(PersonRow.Table, "Id = @id", cancellation, ("id", id));
        if (rows.Count == 0)
        {
            return null;
        }

        Bound(_byId);
        return _byId[id] = ToPerson(rows[0]);
    }

    /// <summary>Whether the person belongs to the organization. A stale yes is corrected by the snapshot; a no is at most a second old.</summary>
    public async ValueTask<bool> BelongsAsync(Guid person, Guid organization, CancellationToken cancellation)
    {
        if (_memberships.TryGetValue(person, out var known)
            && (known.Organizations.Contains(organization) || _clock.GetElapsedTime(known.At) < NegativeLife))
        {
            return known.Organizations.Contains(organization);
        }

        return (await OrganizationsOfAsync(person, cancellation)).Contains(organization);
    }

    /// <summary>The organizations that the person belongs to, as the database says now.</summary>
    public async Task<IReadOnlyCollection<Guid>> OrganizationsOfAsync(Guid person, CancellationToken cancellation)
    {
        var at = _clock.GetTimestamp();
        var rows = await _database.QueryAsync(
            "SELECT OrganizationId FROM Memberships WHERE PersonId = @person", reader => reader.GetGuid(0), cancellation, ("person", person));
        var organizations = rows.ToHashSet();
        Bound(_memberships);
        _memberships[person] = (organizations, at);
        return organizations;
    }

    /// <summary>This node just wrote the person's memberships.</summary>
    public void ForgetMemberships(Guid person) => _memberships.TryRemove(person, out _);

    private async Task<PersonRow?> FindAsync(PersonIdentity identity, CancellationToken cancellation)
    {
        var rows = await _database.QueryAsync(
            PersonRow.Table, "Issuer = @issuer AND Subject = @subject", cancellation, ("issuer", identity.Issuer), ("subject", identity.Subject));
        return rows.FirstOrDefault();
    }

    private async Task<PersonRow> AddAsync(PersonIdentity identity, CancellationToken cancellation)
    {
        var row = ToRow(_ids.Next(), identity, DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds()));
        try
        {
            await _database.WriteAsync([new SideChange.Insert(PersonRow.Table, row)], cancellation);
            return row;
        }
        catch (DbException e) when (_database.Dialect.IsUniqueViolation(e))
        {
            // Seen at the same moment by another request or process.
            return (await FindAsync(identity, cancellation))!;
        }
    }

    private async Task<Person> UpdateAsync(PersonRow row, PersonIdentity identity, CancellationToken cancellation)
    {
        var changed = ToRow(row.Id, identity, row.CreatedAt);
        var person = ToPerson(changed);
        await ProfileChanged(person, await OrganizationsOfAsync(row.Id, cancellation));
        await _database.WriteAsync([new SideChange.Upsert(PersonRow.Table, changed)], cancellation);
        return person;
    }

    private static bool Matches(PersonRow row, PersonIdentity identity) =>
        (row.DisplayName, row.Email, row.VerifiedEmail, row.GivenName, row.FamilyName, row.AvatarUrl)
        == (identity.DisplayName, identity.Email, identity.VerifiedEmail, identity.GivenName, identity.FamilyName, identity.AvatarUrl);

    internal static PersonRow ToRow(Guid id, PersonIdentity identity, DateTimeOffset createdAt) => new()
    {
        Id = id,
        Issuer = identity.Issuer,
        Subject = identity.Subject,
        DisplayName = identity.DisplayName,
        Email = identity.Email,
        VerifiedEmail = identity.VerifiedEmail,
        GivenName = identity.GivenName,
        FamilyName = identity.FamilyName,
        AvatarUrl = identity.AvatarUrl,
        CreatedAt = createdAt,
    };

    internal static Person ToPerson(PersonRow row) =>
        new(row.Id, row.DisplayName, row.Email, row.VerifiedEmail, row.GivenName, row.FamilyName, row.AvatarUrl, row.CreatedAt);

    private static void Bound<TKey, TValue>(ConcurrentDictionary<TKey, TValue> cache)
        where TKey : notnull
    {
        if (cache.Count >= MaxCached)
        {
            cache.Clear();
        }
    }
}
