using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>
/// Chains the entries of an organization: each one's HMAC takes in the one before, so that an entry that was edited, dropped or swapped
/// breaks every later one. The last place is sealed, so that the end cannot be cut off unseen.
/// </summary>
internal sealed class AuditChain(TokenHasher hasher)
{
    /// <summary>What stands before the first entry.</summary>
    public const string Origin = "";

    /// <summary>Appends entries within a transaction. False: another process was faster, and nothing of it may be committed.</summary>
    public async Task<bool> AppendAsync(AppendSession session, Guid organizationId, IReadOnlyList<AuditNote> notes, CancellationToken cancellation)
    {
        if (notes.Count == 0)
        {
            return true;
        }

        var head = await session.FindAuditHeadAsync(organizationId, cancellation);
        var (sequence, hash) = head is null ? (0, Origin) : (head.Sequence, head.Hash);
        foreach (var note in notes)
        {
            var row = Seal(organizationId, ++sequence, note, hash);
            hash = row.Hash;
            await session.WriteAsync(new SideChange.Insert(AuditRow.Table, row), cancellation);
        }

        var seal = SealOf("head", organizationId, sequence, hash);
        var cut = head is null ? SealOf("cut", organizationId, 0, Origin) : new TokenHash(head.CutPepperId, head.CutSeal);
        var next = new AuditHeadRow
        {
            OrganizationId = organizationId,
            Sequence = sequence,
            Hash = hash,
            PepperId = seal.PepperId,
            Seal = seal.Hash,
            CutSequence = head?.CutSequence ?? 0,
            CutHash = head?.CutHash ?? Origin,
            CutPepperId = cut.PepperId,
            CutSeal = cut.Hash,
        };
        return await session.MoveAuditHeadAsync(next, head?.Sequence, cancellation);
    }

    /// <summary>The hash that an entry must have.</summary>
    public string HashOf(AuditRow row, string before) => hasher.Hash(row.PepperId, TokenPurpose.Audit, Content(row, before)).Hash;

    /// <summary>Seals a place of a chain.</summary>
    public TokenHash SealOf(string what, Guid organizationId, long sequence, string hash) => hasher.Hash(TokenPurpose.Audit, Place(what, organizationId, sequence, hash));

    /// <summary>Whether the seal is this server's.</summary>
    public bool IsSealed(string pepperId, string seal, string what, Guid organizationId, long sequence, string hash) => TokenHasher.FixedTimeEquals(
        hasher.Hash(pepperId, TokenPurpose.Audit, Place(what, organizationId, sequence, hash)), new TokenHash(pepperId, seal));

    private AuditRow Seal(Guid organizationId, long sequence, AuditNote note, string before)
    {
        AuditRow Row(string pepperId, string hash) => new()
        {
            OrganizationId = organizationId,
            Sequence = sequence,
            OccurredAt = DateTimeOffset.FromUnixTimeMilliseconds(note.OccurredAt.ToUnixTimeMilliseconds()),
            Actor = note.Actor?.ToString(),
            ActorName = note.ActorName,
            Credential = note.Credential?.ToString(),
            CredentialPreview = note.CredentialPreview,
            Action = note.Action,
            ResourceType = note.ResourceType,
            ResourceId = note.ResourceId,
            ResourceName = note.ResourceName,
            Outcome = note.Outcome,
            Changes = note.Changes,
            IsForOwners = note.IsForOwners,
            ProjectId = note.ProjectId,
            PepperId = pepperId,
            Hash = hash,
        };

        var hash = hasher.Hash(TokenPurpose.Audit, Content(Row("", ""), before));
        return Row(hash.PepperId, hash.Hash);
    }

    // Every part behind its length: without, two different entries could read alike.
    private static byte[] Content(AuditRow row, string before)
    {
        using var content = new MemoryStream(512);
        Write(content, "entry");
        Write(content, before);
        Write(content, row.OrganizationId.ToString("N"));
        Write(content, row.Sequence.ToString(CultureInfo.InvariantCulture));
        Write(content, row.OccurredAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        Write(content, row.Actor);
        Write(content, row.ActorName);
        Write(content, row.Credential);
        Write(content, row.CredentialPreview);
        Write(content, row.Action);
        Write(content, row.ResourceType);
        Write(content, row.ResourceId);
        Write(content, row.ResourceName);
        Write(content, row.Outcome.ToString());
        Write(content, row.Changes);
        Write(content, row.IsForOwners ? "1" : "0");
        Write(content, row.ProjectId?.ToString("N"));
        return content.ToArray();
    }

    private static byte[] Place(string what, Guid organizationId, long sequence, string hash)
    {
        using var content = new MemoryStream(160);
        Write(content, what);
        Write(content, organizationId.ToString("N"));
        Write(content, sequence.ToString(CultureInfo.InvariantCulture));
        Write(content, hash);
        return content.ToArray();
    }

    private static void Write(MemoryStream content, string? text)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        var bytes = text is null ? null : Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32BigEndian(length, bytes?.Length ?? -1);
        content.Write(length);
        content.Write(bytes);
    }
}
