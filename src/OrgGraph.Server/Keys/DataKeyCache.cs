using System.Security.Cryptography;
using OrgGraph.Secrets;

namespace OrgGraph.Server.Keys;

/// <summary>
/// Data keys that a key service opened a moment ago, so that programs which start often do not each wait for it, nor stop with it at once.
/// Kept for one minute: so long after a key is taken away from the server it may open what it has just opened. Wiped when they leave.
/// </summary>
internal sealed class DataKeyCache : IDisposable
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private const int Most = 10_000;

    private readonly Dictionary<(SecretContext Context, string KeyId, string Wrapped), (byte[] Key, long At)> _known = [];
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly ITimer _sweeping;

    public DataKeyCache(TimeProvider clock)
    {
        _clock = clock;
        _sweeping = clock.CreateTimer(_ => Wipe(all: false), null, Life, Life);
    }

    /// <summary>A copy, which the caller wipes; null: not known.</summary>
    public byte[]? Find(SecretContext context, WrappedKey wrapped)
    {
        lock (_lock)
        {
            return _known.TryGetValue(NameOf(context, wrapped), out var known) && _clock.GetElapsedTime(known.At) < Life ? Copy(known.Key) : null;
        }
    }

    /// <summary>Keeps a copy.</summary>
    public void Keep(SecretContext context, WrappedKey wrapped, byte[] dataKey)
    {
        lock (_lock)
        {
            if (_known.Count >= Most)
            {
                Wipe(all: true);
            }

            // One that two asked for at once stays as it is; an expired one is wiped by the timer, and asked for once more till then.
            _known.TryAdd(NameOf(context, wrapped), (Copy(dataKey), _clock.GetTimestamp()));
        }
    }

    public void Dispose()
    {
        _sweeping.Dispose();
        Wipe(all: true);
    }

    private static (SecretContext Context, string KeyId, string Wrapped) NameOf(SecretContext context, WrappedKey wrapped) => (context, wrapped.KeyId, Convert.ToBase64String(wrapped.Bytes));

    private static byte[] Copy(byte[] key)
    {
        var copy = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(copy, 0);
        return copy;
    }

    private void Wipe(bool all)
    {
        lock (_lock)
        {
            foreach (var (name, known) in _known.Where(one => all || _clock.GetElapsedTime(one.Value.At) >= Life).ToList())
            {
                _known.Remove(name);
                CryptographicOperations.ZeroMemory(known.Key);
            }
        }
    }
}
