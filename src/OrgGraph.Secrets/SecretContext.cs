using System.Buffers.Binary;
using System.Text;

namespace OrgGraph.Secrets;

/// <summary>Where a secret is stored; a sealed secret opens at no other place.</summary>
/// <param name="OrganizationId">The organization that owns it.</param>
/// <param name="SecretId">The secret; each write has a fresh one.</param>
/// <param name="Field">What it is, for instance <c>aiProvider.secret</c>; up to 65,535 bytes of UTF-8.</param>
public readonly record struct SecretContext(Guid OrganizationId, Guid SecretId, string Field)
{
    private const int GuidBytes = 16;

    /// <summary>
    /// Format version (1 byte), then organization, secret (big-endian) and field, each behind its length (4 bytes, big-endian):
    /// without lengths two different places could read alike.
    /// </summary>
    internal byte[] ToAssociatedData(byte formatVersion)
    {
        if (string.IsNullOrEmpty(Field) || Encoding.UTF8.GetByteCount(Field) is var fieldBytes && fieldBytes > ushort.MaxValue)
        {
            throw new ArgumentException("A secret's field has 1 to 65,535 bytes.");
        }

        var data = new byte[1 + (3 * sizeof(int)) + (2 * GuidBytes) + fieldBytes];
        data[0] = formatVersion;
        var rest = Write(OrganizationId, data.AsSpan(1));
        rest = Write(SecretId, rest);
        BinaryPrimitives.WriteInt32BigEndian(rest, fieldBytes);
        Encoding.UTF8.GetBytes(Field, rest[sizeof(int)..]);
        return data;
    }

    private static Span<byte> Write(Guid id, Span<byte> target)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, GuidBytes);
        id.TryWriteBytes(target[sizeof(int)..], bigEndian: true, out _);
        return target[(sizeof(int) + GuidBytes)..];
    }
}
