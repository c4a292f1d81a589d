using System.Buffers.Binary;
using System.Buffers.Text;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>A place in an organization's event stream: after the event with this version and index.</summary>
public readonly record struct EventCursor(Guid OrganizationId, int Epoch, int Version, int Index) : IComparable<EventCursor>
{
    /// <summary>After everything of that version.</summary>
    public const int WholeVersion = ushort.MaxValue;

    private const int Length = 26;

    public int CompareTo(EventCursor other) => (Epoch, Version, Index).CompareTo((other.Epoch, other.Version, other.Index));

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        OrganizationId.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], Epoch);
        BinaryPrimitives.WriteInt32BigEndian(bytes[20..], Version);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[24..], (ushort)Index);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string? text, out EventCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Length + 2];
        if (text is null || text.Length > 40 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Length)
        {
            return false;
        }

        cursor = new EventCursor(
            new Guid(bytes[..16]), BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[24..]));
        return true;
    }
}
