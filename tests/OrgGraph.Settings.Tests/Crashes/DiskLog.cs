using System.Runtime.InteropServices;
using System.Text;

namespace OrgGraph.Settings.Tests.Crashes;

internal enum DiskCall
{
    Write = 1,
    Truncate = 2,
    Sync = 3,
    Rename = 4,
    Unlink = 5,
}

/// <summary>One call that reached the disk's cache, or had it written out.</summary>
/// <param name="Time">On the monotonic clock: when a write began, when a sync ended.</param>
/// <param name="Offset">Of a write; the new length of a truncation.</param>
/// <param name="Data">What was written; the new name.</param>
/// <param name="Since">Of a sync: how many calls had returned when it began. It covers those.</param>
internal sealed record DiskRecord(int Number, long Time, DiskCall Call, string Path, long Offset, byte[] Data, int Since);

/// <summary>What faults.c recorded of one process.</summary>
internal static class DiskLog
{
    private const int HeadSize = 40;

    /// <summary>All of it; a last record that the process did not live to finish is none.</summary>
    public static List<DiskRecord> Read(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var records = new List<DiskRecord>();
        for (var at = 0; at + HeadSize <= bytes.Length;)
        {
            var head = bytes.AsSpan(at, HeadSize);
            var call = (DiskCall)MemoryMarshal.Read<uint>(head[8..]);
            var pathLength = MemoryMarshal.Read<int>(head[12..]);
            var length = call is DiskCall.Write or DiskCall.Rename ? MemoryMarshal.Read<int>(head[24..]) : 0;
            if (at + HeadSize + pathLength + length > bytes.Length)
            {
                break;
            }

            records.Add(new DiskRecord(
                records.Count,
                MemoryMarshal.Read<long>(head),
                call,
                Encoding.UTF8.GetString(bytes, at + HeadSize, pathLength),
                MemoryMarshal.Read<long>(head[16..]),
                bytes.AsSpan(at + HeadSize + pathLength, length).ToArray(),
                MemoryMarshal.Read<int>(head[32..])));
            at += HeadSize + pathLength + length;
        }

        return records;
    }
}

/// <summary>One file as the platter holds it, and what the cache holds above that.</summary>
internal sealed class DiskFile(byte[] content)
{
    private const int Sector = 512;

    private readonly List<DiskRecord> _cached = [];
    private byte[] _durable = content;
    private int _length = content.Length;

    /// <summary>Takes a call over; those that a sync covers are durable.</summary>
    public void Add(DiskRecord record)
    {
        if (record.Call != DiskCall.Sync)
        {
            _cached.Add(record);
            return;
        }

        foreach (var covered in _cached.Where(cached => cached.Number < record.Since))
        {
            Apply(ref _durable, ref _length, covered, covered.Data.Length);
        }

        _cached.RemoveAll(cached => cached.Number < record.Since);
    }

    /// <summary>The file after a power cut now: all that was synced, of the rest each call with that likelihood, the last write torn.</summary>
    public byte[] Cut(Random random, double likelihood)
    {
        var content = (byte[])_durable.Clone();
        var length = _length;
        foreach (var record in _cached)
        {
            if (record == _cached[^1] && record.Call == DiskCall.Write)
            {
                Apply(ref content, ref length, record, Math.Min(record.Data.Length, random.Next((record.Data.Length / Sector) + 1) * Sector));
            }
            else if (random.NextDouble() < likelihood)
            {
                Apply(ref content, ref length, record, record.Data.Length);
            }
        }

        return content[..length];
    }

    private static void Apply(ref byte[] content, ref int length, DiskRecord record, int written)
    {
        var end = (int)record.Offset + (record.Call == DiskCall.Write ? written : 0);
        if (end > content.Length)
        {
            Array.Resize(ref content, Math.Max(end, content.Length * 2));
        }

        if (record.Call == DiskCall.Truncate)
        {
            if (end < length)
            {
                Array.Clear(content, end, length - end);
            }

            length = end;
        }
        else if (written > 0)
        {
            record.Data.AsSpan(0, written).CopyTo(content.AsSpan((int)record.Offset));
            length = Math.Max(length, end);
        }
    }
}
