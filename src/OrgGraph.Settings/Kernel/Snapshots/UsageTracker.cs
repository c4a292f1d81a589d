using System.Collections.Concurrent;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Snapshots;

/// <summary>
/// When things were last used. No change of settings: it makes no version and no log row. Kept here, written as the larger time every
/// half minute, told to subscribers at most once a minute for each thing.
/// </summary>
public sealed class UsageTracker(TimeProvider clock)
{
    private static readonly TimeSpan ToldEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, Usage> _usages = [];

    /// <summary>Something was used and subscribers have not been told for a minute: (organization, what, when).</summary>
    public event Action<Guid, Guid, DateTimeOffset>? Used;

    /// <summary>A person is active in each organization on their own: the key of that usage. The same function gives the person back.</summary>
    public static Guid KeyOf(Guid organization, Guid person)
    {
        Span<byte> a = stackalloc byte[16];
        Span<byte> b = stackalloc byte[16];
        person.TryWriteBytes(a);
        organization.TryWriteBytes(b);
        for (var i = 0; i < 16; i++)
        {
            a[i] ^= (byte)(b[i] + i + 1);
        }

        return new Guid(a);
    }

    public DateTimeOffset? LastUsed(Guid subject) => _usages.TryGetValue(subject, out var usage) ? DateTimeOffset.FromUnixTimeMilliseconds(usage.At) : null;

    public void Record(Guid organizationId, Guid subject)
    {
        var now = clock.GetUtcNow();
        var usage = _usages.GetOrAdd(subject, static (_, organization) => new Usage(organization), organizationId);
        usage.Raise(now.ToUnixTimeMilliseconds(), isDirty: true);
        if (usage.ShouldTell(now.ToUnixTimeMilliseconds(), (long)ToldEvery.TotalMilliseconds))
        {
            Used?.Invoke(organizationId, subject, now);
        }
    }

    /// <summary>What the database says.</summary>
    internal void Learn(Guid organizationId, Guid subject, DateTimeOffset at) =>
        _usages.GetOrAdd(subject, static (_, organization) => new Usage(organization), organizationId).Raise(at.ToUnixTimeMilliseconds(), isDirty: false);

    /// <summary>What has to be written; it counts as written then.</summary>
    internal List<UsageRow> TakeDirty()
    {
        var rows = new List<UsageRow>();
        foreach (var (subject, usage) in _usages)
        {
            if (usage.TakeDirty())
            {
                rows.Add(new UsageRow { OrganizationId = usage.OrganizationId, SubjectId = subject, LastUsedAt = DateTimeOffset.FromUnixTimeMilliseconds(usage.At) });
            }
        }

        return rows;
    }

    /// <summary>The write did not happen.</summary>
    internal void PutBack(IEnumerable<UsageRow> rows)
    {
        foreach (var row in rows)
        {
            _usages.GetOrAdd(row.SubjectId, static (_, organization) => new Usage(organization), row.OrganizationId).Raise(row.LastUsedAt.ToUnixTimeMilliseconds(), isDirty: true);
        }
    }

    private sealed class Usage(Guid organizationId)
    {
        private long _at;
        private long _toldAt = long.MinValue / 2;
        private int _dirty;

        public Guid OrganizationId { get; } = organizationId;

        public long At => Volatile.Read(ref _at);

        public void Raise(long at, bool isDirty)
        {
            var before = Volatile.Read(ref _at);
            while (before < at)
            {
                var seen = Interlocked.CompareExchange(ref _at, at, before);
                if (seen == before)
                {
                    break;
                }

                before = seen;
            }

            if (isDirty)
            {
                Volatile.Write(ref _dirty, 1);
            }
        }

        public bool TakeDirty() => Interlocked.Exchange(ref _dirty, 0) == 1;

        public bool ShouldTell(long now, long every)
        {
            var told = Volatile.Read(ref _toldAt);
            // A clock that was set back must not silence it for as long.
            return (now - told >= every || now < told) && Interlocked.CompareExchange(ref _toldAt, now, told) == told;
        }
    }
}
