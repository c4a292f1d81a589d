namespace OrgGraph.Secrets;

/// <summary>Why a stored secret does not open.</summary>
public enum SecretUnreadableReason
{
    /// <summary>The key-encryption key is not in the ring: the secret is whole and reads again once the key is back.</summary>
    KeyMissing,

    /// <summary>The bytes were altered, cut, or moved from another organization, secret or field: they will never open here.</summary>
    Tampered,

    /// <summary>The format version is not known: written by a newer server.</summary>
    UnknownFormat,
}

/// <summary>A stored secret does not open. The message tells an operator what to do and holds no secret.</summary>
public sealed class SecretUnreadableException : Exception
{
    /// <summary>Tells of a secret that does not open.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="keyId">The key-encryption key's id, if it is known.</param>
    /// <param name="context">Where the secret is stored, if it is known.</param>
    /// <param name="inner">What failed below.</param>
    public SecretUnreadableException(SecretUnreadableReason reason, string? keyId = null, SecretContext? context = null, Exception? inner = null)
        : base(Describe(reason, keyId, context), inner)
    {
        Reason = reason;
        KeyId = keyId;
        Context = context;
    }

    /// <summary>Why the secret does not open.</summary>
    public SecretUnreadableReason Reason { get; }

    /// <summary>The id of the key-encryption key, or null when it could not be read.</summary>
    public string? KeyId { get; }

    /// <summary>Where the secret is stored, or null when the thrower did not know.</summary>
    public SecretContext? Context { get; }

    private static string Describe(SecretUnreadableReason reason, string? keyId, SecretContext? context)
    {
        var what = context is { } known
            ? $"Secret {known.SecretId} (field '{known.Field}', organization {known.OrganizationId}) cannot be read: "
            : "A stored secret cannot be read: ";
        return what + reason switch
        {
            SecretUnreadableReason.KeyMissing =>
                $"its key-encryption key '{keyId}' is not in the key ring. The secret is whole. Put that key back from the backup of the ring "
                + "(OrgGraph__Secrets__KeyRing), or point the server at the ring that this database was written with.",
            SecretUnreadableReason.Tampered =>
                "its bytes were altered or moved from elsewhere. Restore the row from a backup, or let its owner save the secret again; find out who can write to the database.",
            _ => "its format is unknown to this version. A newer server wrote it: run that version, or restore the backup made before the upgrade.",
        };
    }
}
