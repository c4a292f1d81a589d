using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace OrgGraph.Transport.Connections;

/// <summary>Bounds the number of sockets and event streams: in all, of a principal, and of an address without a credential.</summary>
internal sealed class ConnectionCounts(IOptions<TransportOptions> options)
{
    private readonly TransportOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = [];
    private int _total;

    /// <summary>Claims a place. It counts as anonymous until <see cref="ConnectionSlot.TryBecome"/>: who says nothing must not occupy every place.</summary>
    /// <returns>Null when there is none.</returns>
    public ConnectionSlot? TryOpen(HttpContext context)
    {
        var key = RemoteAddress.KeyOf(context);
        lock (_lock)
        {
            if (_total >= _options.MaxConnections || !TryAdd(key, _options.MaxAnonymousConnectionsPerAddress))
            {
                return null;
            }

            _total++;
            return new ConnectionSlot(this, key);
        }
    }

    /// <summary>Moves a place from an address to a principal.</summary>
    public bool TryMove(string from, string to)
    {
        lock (_lock)
        {
            if (!TryAdd(to, _options.MaxConnectionsPerPrincipal))
            {
                return false;
            }

            Remove(from);
            return true;
        }
    }

    public void Release(string key)
    {
        lock (_lock)
        {
            Remove(key);
            _total--;
        }
    }

    private bool TryAdd(string key, int? limit)
    {
        var count = _counts.GetValueOrDefault(key);
        if (count >= limit)
        {
            return false;
        }

        _counts[key] = count + 1;
        return true;
    }

    private void Remove(string key)
    {
        var count = _counts[key];
        if (count == 1)
        {
            _counts.Remove(key);
        }
        else
        {
            _counts[key] = count - 1;
        }
    }
}

/// <summary>One connection's place. Disposed by the connection's own task.</summary>
internal sealed class ConnectionSlot(ConnectionCounts counts, string key) : IDisposable
{
    private string _key = key;

    /// <summary>False when the principal has too many connections already.</summary>
    public bool TryBecome(ConnectionIdentity identity)
    {
        if (identity.IsAnonymous)
        {
            return true;
        }

        var key = "principal " + identity.PartitionKey;
        if (!counts.TryMove(_key, key))
        {
            return false;
        }

        _key = key;
        return true;
    }

    public void Dispose() => counts.Release(_key);
}
