namespace OrgGraph.Secrets.Tests;

public sealed class SealManyTests
{
    [Fact]
    public Task No_two_of_100_000_seals_share_nonce_or_data_key() => SealMany(100_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task No_two_of_1_000_000_seals_share_nonce_or_data_key() => SealMany(1_000_000);

    private static async Task SealMany(int count)
    {
        var recorder = new Recorder(count);
        var sealer = new SecretSealer(recorder);
        var nonces = new HashSet<UInt128>(count);
        var place = new SecretContext(FixedRing.One, FixedRing.One, "field");
        var plain = new byte[16];
        for (var i = 0; i < count; i++)
        {
            var sealedSecret = await sealer.SealAsync(place, plain);
            Assert.True(nonces.Add(Read(sealedSecret.Box.AsSpan(0, 12))));
        }

        Assert.Equal(count, recorder.DataKeys.Count);
        Assert.Equal(count, recorder.WrapNonces.Count);
    }

    private static UInt128 Read(ReadOnlySpan<byte> bytes)
    {
        UInt128 value = 0;
        foreach (var part in bytes)
        {
            value = (value << 8) | part;
        }

        return value;
    }

    private sealed class Recorder(int count) : IKeyWrapper
    {
        private readonly KeyRing _ring = FixedRing.WithOnePepper();

        public HashSet<(UInt128 High, UInt128 Low)> DataKeys { get; } = new(count);

        public HashSet<UInt128> WrapNonces { get; } = new(count);

        public string NewestKeyId => _ring.NewestKeyId;

        public bool Holds(string keyId) => _ring.Holds(keyId);

        public ValueTask<KeyRingHealth> CheckAsync(CancellationToken cancellationToken) => _ring.CheckAsync(cancellationToken);

        public async ValueTask<WrappedKey> WrapAsync(SecretContext context, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken)
        {
            DataKeys.Add((Read(dataKey.Span[..16]), Read(dataKey.Span[16..])));
            var wrapped = await _ring.WrapAsync(context, dataKey, cancellationToken);
            WrapNonces.Add(Read(wrapped.Bytes.AsSpan(1, 12)));
            return wrapped;
        }

        public ValueTask<byte[]> UnwrapAsync(SecretContext context, WrappedKey key, CancellationToken cancellationToken) => _ring.UnwrapAsync(context, key, cancellationToken);
    }
}
