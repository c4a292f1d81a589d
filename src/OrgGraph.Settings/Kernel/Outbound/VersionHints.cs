using System.Collections.Concurrent;
using System.Threading.Channels;

namespace OrgGraph.Settings.Kernel.Outbound;

/// <summary>The newest version told of each organization, for one reader. Never longer than there are organizations, however fast they are told.</summary>
public sealed class VersionHints
{
    private readonly ConcurrentDictionary<Guid, int> _newest = [];
    private readonly Channel<bool> _any = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Keeps a hint; returns at once.</summary>
    public void Add(Guid organizationId, int version)
    {
        _newest.AddOrUpdate(organizationId, version, (_, known) => Math.Max(known, version));
        _any.Writer.TryWrite(true);
    }

    /// <summary>Waits until there are hints, and takes them all.</summary>
    public async Task<IReadOnlyList<(Guid OrganizationId, int Version)>> TakeAsync(CancellationToken cancellation)
    {
        await _any.Reader.ReadAsync(cancellation);
        var taken = new List<(Guid, int)>();
        foreach (var organization in _newest.Keys)
        {
            if (_newest.TryRemove(organization, out var version))
            {
                taken.Add((organization, version));
            }
        }

        return taken;
    }
}
