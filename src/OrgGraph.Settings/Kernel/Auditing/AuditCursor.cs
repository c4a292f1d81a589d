using System.Buffers.Binary;
using System.Buffers.Text;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>A place in an organization's audit log: at the entry with this sequence.</summary>
public readonly record struct AuditCursor(Guid OrganizationId, long Sequence)
{
    private const int Length = 24;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        OrganizationId.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], Sequence);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string? text, out AuditCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Length + 2];
        if (text is null || text.Length > 40 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Length)
        {
            return false;
        }

        cursor = new AuditCursor(new Guid(bytes[..16]), BinaryPrimitives.ReadInt64BigEndian(bytes[16..]));
        return cursor.Sequence >= 0;
    }
}
