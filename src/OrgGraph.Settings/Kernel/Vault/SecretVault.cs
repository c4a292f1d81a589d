using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Vault;

/// <summary>
/// Seals secrets before a decision, so that nothing waits for a key service inside a write, and opens them for the few who may: the
/// run-time resolution and the outbound call that a secret is meant for.
/// </summary>
public sealed class SecretVault
{
    private readonly Database _database;
    private readonly SecretSealer _sealer;
    private readonly IdSource _ids;

    internal SecretVault(Database database, SecretSealer sealer, IdSource ids)
    {
        _database = database;
        _sealer = sealer;
        _ids = ids;
    }

    /// <summary>Encrypts a secret under a fresh id; it is stored by the decision that takes it.</summary>
    /// <param name="field">What it is, e.g. <c>aiProvider.secret</c>. It opens as nothing else.</param>
    internal async ValueTask<SealedWrite> SealAsync(Guid organizationId, string field, Secret secret, CancellationToken cancellation)
    {
        var id = _ids.Next();
        var closed = await _sealer.SealAsync(new SecretContext(organizationId, id, field), secret, cancellation);
        return new SealedWrite(new StoredSecretRow
        {
            Id = id,
            OrganizationId = organizationId,
            Field = field,
            KeyId = closed.WrappedKey.KeyId,
            Sealed = closed.ToBytes(),
        });
    }

    /// <summary>Decrypts a secret.</summary>
    /// <returns>Null when it is gone: it was replaced or removed since the snapshot was read.</returns>
    /// <exception cref="SecretUnreadableException">Its key is missing, or it was altered or moved.</exception>
    internal async Task<Secret?> OpenAsync(Guid organizationId, Guid secretId, string field, CancellationToken cancellation) =>
        (await OpenAsync(organizationId, [secretId], field, cancellation)).GetValueOrDefault(secretId);

    /// <summary>Decrypts several secrets of one kind with one look into the database; those that are gone are left out.</summary>
    /// <exception cref="SecretUnreadableException">As for one.</exception>
    internal async Task<IReadOnlyDictionary<Guid, Secret>> OpenAsync(Guid organizationId, IReadOnlyCollection<Guid> secretIds, string field, CancellationToken cancellation)
    {
        (Guid Id, string Field)[] secrets = [.. secretIds.Select(id => (id, field))];
        return await OpenAsync(organizationId, secrets, await ReadAsync(secrets, cancellation), cancellation);
    }

    /// <summary>Decrypts those that are not opened yet. Whoever finds some gone looks up what took their place and asks again: then only those are read, and nobody who writes all the time outruns that.</summary>
    /// <param name="secrets">Each with what it is.</param>
    /// <param name="opened">What is opened already; the others join it.</param>
    /// <returns>Whether all are opened now; otherwise some are gone.</returns>
    /// <exception cref="SecretUnreadableException">As for one.</exception>
    internal async Task<bool> OpenMoreAsync(Guid organizationId, IReadOnlyCollection<(Guid Id, string Field)> secrets, Dictionary<Guid, Secret> opened, CancellationToken cancellation)
    {
        (Guid Id, string Field)[] missing = [.. secrets.Where(secret => !opened.ContainsKey(secret.Id))];
        var rows = await ReadAsync(missing, cancellation);
        foreach (var (id, secret) in await OpenAsync(organizationId, missing, rows, cancellation))
        {
            opened.Add(id, secret);
        }

        return rows.Count == missing.Length;
    }

    private async Task<List<StoredSecretRow>> ReadAsync(IReadOnlyCollection<(Guid Id, string Field)> secrets, CancellationToken cancellation)
    {
        var rows = new List<StoredSecretRow>(secrets.Count);
        foreach (var part in secrets.Chunk(MostParameters))
        {
            rows.AddRange(await _database.QueryAsync(
                StoredSecretRow.Table,
                $"Id IN ({string.Join(", ", part.Select((_, i) => "@id" + i))})",
                cancellation,
                [.. part.Select((secret, i) => ("id" + i, (object)secret.Id))]));
        }

        return rows;
    }

    // All at once: a key service answers many as soon as one, and the ring of the process answers at once.
    private async Task<IReadOnlyDictionary<Guid, Secret>> OpenAsync(
        Guid organizationId, IReadOnlyCollection<(Guid Id, string Field)> secrets, List<StoredSecretRow> rows, CancellationToken cancellation)
    {
        var fields = secrets.ToDictionary(secret => secret.Id, secret => secret.Field);
        var opening = rows.ConvertAll(row => _sealer.OpenTextAsync(new SecretContext(organizationId, row.Id, fields[row.Id]), SealedSecret.Parse(row.Sealed), cancellation).AsTask());
        var texts = await Task.WhenAll(opening);
        return rows.Zip(texts).ToDictionary(pair => pair.First.Id, pair => pair.Second);
    }

    // Under what any database takes in one statement.
    private const int MostParameters = 500;
}

/// <summary>A sealed secret that no decision has taken yet.</summary>
internal sealed record SealedWrite(StoredSecretRow Row)
{
    /// <summary>What the area's row keeps.</summary>
    public Guid SecretId => Row.Id;
}

internal static class VaultDecisions
{
    /// <summary>Stores a sealed secret with this decision.</summary>
    public static void Keep(this Decision decision, SealedWrite secret)
    {
        if (secret.Row.OrganizationId != decision.Before.OrganizationId)
        {
            throw new InvalidOperationException("The secret was sealed for another organization.");
        }

        decision.Also(new SideChange.Insert(StoredSecretRow.Table, secret.Row));
    }

    /// <summary>Erases a secret with this decision.</summary>
    public static void Erase(this Decision decision, Guid secretId) =>
        decision.Also(new SideChange.Delete(StoredSecretRow.Table, [(nameof(StoredSecretRow.Id), secretId)]));
}
