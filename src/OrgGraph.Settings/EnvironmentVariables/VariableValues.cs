using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Vault;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>The values of variables. All of them are sealed and no part of a snapshot, those that may be read as well.</summary>
public sealed class VariableValues
{
    /// <summary>What a variable's value is sealed as.</summary>
    internal const string Field = "environmentVariable.value";

    private readonly SecretVault _vault;
    private readonly SnapshotStore _store;

    internal VariableValues(SecretVault vault, SnapshotStore store) => (_vault, _store) = (vault, store);

    /// <summary>Seals a value that somebody gave.</summary>
    internal ValueTask<SealedWrite> SealAsync(Guid organizationId, string value, CancellationToken cancellation) =>
        _vault.SealAsync(organizationId, Field, new Secret(value), cancellation);

    /// <summary>Opens values, by the ids of their secrets; those that were replaced or erased since are left out.</summary>
    internal Task<IReadOnlyDictionary<Guid, Secret>> OpenAsync(Guid organizationId, IEnumerable<EnvironmentVariableSnapshot> variables, CancellationToken cancellation) =>
        _vault.OpenAsync(organizationId, [.. variables.Select(variable => variable.SecretId)], Field, cancellation);

    /// <summary>Opens those values, by the ids of their secrets, that are not opened yet.</summary>
    /// <returns>Whether all are opened now; otherwise some were replaced or erased since.</returns>
    internal Task<bool> OpenMoreAsync(Guid organizationId, IEnumerable<EnvironmentVariableSnapshot> variables, Dictionary<Guid, Secret> opened, CancellationToken cancellation) =>
        _vault.OpenMoreAsync(organizationId, [.. variables.Select(variable => (variable.SecretId, Field))], opened, cancellation);

    /// <summary>The value of a variable as it is by now; null when it is gone, or may not be read any more.</summary>
    internal async Task<Secret?> ReadCurrentAsync(Guid organizationId, Guid id, CancellationToken cancellation) =>
        await _store.CatchUpAsync(organizationId, cancellation) is OrganizationSnapshot now && now.EnvironmentVariables[id] is { IsSensitive: false } variable
            ? await _vault.OpenAsync(organizationId, variable.SecretId, Field, cancellation)
            : null;
}

/// <summary>
/// The values of a list's variables that may be read: opened when the first is asked for, all at once, as a look into the database for
/// each would be as many times as dear.
/// </summary>
internal sealed class ReadableValues(Guid organizationId, IReadOnlyCollection<EnvironmentVariableSnapshot> variables)
{
    private Task<IReadOnlyDictionary<Guid, Secret>>? _opening;

    /// <summary>The value; null when it may not be read.</summary>
    public async ValueTask<string?> ReadAsync(EnvironmentVariableSnapshot variable, VariableValues values, CancellationToken cancellation)
    {
        if (variable.IsSensitive)
        {
            return null;
        }

        _opening ??= values.OpenAsync(organizationId, variables.Where(one => !one.IsSensitive), cancellation);
        var secret = (await _opening).GetValueOrDefault(variable.SecretId);

        // Replaced since the snapshot was taken: the new value is the truth, and none would be a lie.
        return (secret ?? await values.ReadCurrentAsync(organizationId, variable.Id, cancellation))?.Reveal();
    }
}
