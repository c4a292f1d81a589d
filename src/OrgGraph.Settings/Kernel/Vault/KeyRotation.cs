using System.Data.Common;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Vault;

/// <summary>What a pass over the stored secrets did.</summary>
/// <param name="Rewrapped">How many are under the newest key now and were not before.</param>
/// <param name="Unreadable">How many could not be opened, and stay as they are.</param>
/// <param name="Problem">What is wrong with the first of those; holds no secret.</param>
public sealed record RewrapPass(long Rewrapped, long Unreadable, string? Problem);

/// <summary>
/// Puts the data keys of stored secrets under the newest key-encryption key while servers read and write. Where it is in its work stands in
/// the rows alone, a transaction each hundred: so it may be killed anywhere and begun again, or run twice at once.
/// </summary>
public sealed class KeyRotation
{
    /// <summary>A change that sealed its secret before the new key was there is stored within this time, or never: a mutation ends after 10 s.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(11);

    private const int Batch = 100;
    private const int MostTries = 20;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    /// <summary>Which keys stored secrets are under.</summary>
    internal static readonly string UsedSql = $"SELECT KeyId, COUNT(*) FROM {StoredSecretRow.Table.Name} GROUP BY KeyId";

    internal static readonly string RewrapSql = $"UPDATE {StoredSecretRow.Table.Name} SET KeyId = @key, Sealed = @sealed WHERE Id = @id AND KeyId = @old";

    private readonly Database _database;
    private readonly SecretSealer _sealer;
    private readonly IKeyWrapper _keys;
    private readonly TimeProvider _clock;

    internal KeyRotation(Database database, SecretSealer sealer, IKeyWrapper keys, TimeProvider clock) => (_database, _sealer, _keys, _clock) = (database, sealer, keys, clock);

    /// <summary>The next that are under another key than the newest.</summary>
    internal static string NextSql(ISqlDialect dialect) =>
        dialect.Limited($"SELECT {StoredSecretRow.Table.SelectList} FROM {StoredSecretRow.Table.Name} WHERE KeyId <> @newest AND Id > @after", "Id");

    /// <summary>Re-wraps all that is not under the newest key. What cannot be opened is passed over and counted.</summary>
    /// <exception cref="KeyRingException">The newest key cannot be used.</exception>
    public async Task<RewrapPass> RewrapAsync(CancellationToken cancellation)
    {
        var pass = new RewrapPass(0, 0, null);
        var after = Guid.Empty;
        while (await NextAsync(after, cancellation) is { Count: > 0 } rows)
        {
            after = rows[^1].Id;
            var opening = await Task.WhenAll(rows.Select(row => RewrapAsync(row, cancellation)));
            var changed = opening.Where(one => one.Sealed is not null).ToList();
            pass = new RewrapPass(
                pass.Rewrapped + await WriteAsync(changed, cancellation),
                pass.Unreadable + opening.Length - changed.Count,
                pass.Problem ?? opening.FirstOrDefault(one => one.Sealed is null).Problem);
        }

        return pass;
    }

    /// <summary>Secrets that no key at hand opens.</summary>
    /// <returns>The missing keys' ids, and how many secrets are under each.</returns>
    public async Task<IReadOnlyList<(string KeyId, long Secrets)>> MissingAsync(CancellationToken cancellation)
    {
        var used = await _database.QueryAsync(
            UsedSql, reader => (KeyId: reader.GetString(0), Secrets: Convert.ToInt64(reader.GetValue(1), System.Globalization.CultureInfo.InvariantCulture)), cancellation);
        return [.. used.Where(key => !_keys.Holds(key.KeyId)).OrderBy(key => key.KeyId, StringComparer.Ordinal)];
    }

    private Task<List<StoredSecretRow>> NextAsync(Guid after, CancellationToken cancellation) => TryAsync(
        () => _database.QueryAsync(
            NextSql(_database.Dialect),
            StoredSecretRow.Table.Read,
            cancellation,
            ("newest", _keys.NewestKeyId),
            ("after", after),
            ("limit", Batch)),
        cancellation);

    private async Task<(StoredSecretRow Row, SealedSecret? Sealed, string? Problem)> RewrapAsync(StoredSecretRow row, CancellationToken cancellation)
    {
        try
        {
            return (row, await _sealer.RewrapAsync(new SecretContext(row.OrganizationId, row.Id, row.Field), SealedSecret.Parse(row.Sealed), cancellation), null);
        }
        catch (SecretUnreadableException failure)
        {
            return (row, null, failure.Message);
        }
    }

    // Only while the row is as it was read: one that was erased stays so, and one that another rotation took is done.
    private Task<int> WriteAsync(List<(StoredSecretRow Row, SealedSecret? Sealed, string? Problem)> changed, CancellationToken cancellation) => TryAsync(
        () => _database.ExecuteAsync(
            RewrapSql,
            changed.ConvertAll(one => new (string, object)[] { ("key", one.Sealed!.WrappedKey.KeyId), ("sealed", one.Sealed.ToBytes()), ("id", one.Row.Id), ("old", one.Row.KeyId) }),
            cancellation),
        cancellation);

    // Servers write meanwhile.
    private async Task<T> TryAsync<T>(Func<Task<T>> action, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await action();
            }
            catch (DbException failure) when (tries < MostTries && _database.Dialect.IsTransient(failure))
            {
                await Task.Delay(BetweenTries, _clock, cancellation);
            }
        }
    }
}
