using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Vault;

/// <summary>
/// One sealed secret, whatever it is of. Areas' rows point to it by its id; it is no part of a snapshot. A changed secret is a new row
/// under a new id, so that only the wrapping of a row ever changes.
/// </summary>
internal sealed class StoredSecretRow
{
    public static readonly RowTable<StoredSecretRow> Table = new("Secrets", "Id") { Indexed = ["OrganizationId", "KeyId"] };

    public required Guid Id { get; init; }

    public required Guid OrganizationId { get; init; }

    /// <summary>What it is, e.g. <c>aiProvider.secret</c>: bound into the ciphertext together with organization and id.</summary>
    public required string Field { get; init; }

    /// <summary>The key-encryption key it is under; rotation looks for the others, and a key with rows cannot be retired.</summary>
    public required string KeyId { get; init; }

    /// <summary>The byte form of <see cref="Secrets.SealedSecret"/>.</summary>
    public required byte[] Sealed { get; init; }
}
