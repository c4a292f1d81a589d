using System.Text;

namespace OrgGraph.Secrets.Tests;

public sealed class SecretSealerTests
{
    private static readonly SecretContext Place = new(FixedRing.One, Guid.ParseExact("ffeeddccbbaa99887766554433221100", "N"), "aiProvider.secret");
    private static readonly byte[] Plain = Encoding.UTF8.GetBytes("sk-vendor-\u043a\u043b\u044e\u0447-0123456789");

    private static readonly byte[] Vector = Convert.FromHexString(
        "0100056b656b2d31003d01000102030405060708090a0b395a8babec82fd2b1e77463be75ee507c94f46342b274e8a35ecb8c6a2e39dfd46deaba6b4dd58203affd0010b0c2574"
        + "0c0d0e0f1011121314151617ce4c8df04813882b519f689e71f89420eacad64e05097b4ac16622d29d15c9fb91a919c49d0dcd1c0cd9ad9bc2");

    private readonly KeyRing _ring = FixedRing.WithOnePepper();

    private SecretSealer Sealer => new(_ring);

    [Fact]
    public async Task Opens_what_was_sealed_elsewhere()
    {
        Assert.Equal(Plain, await Sealer.OpenAsync(Place, SealedSecret.Parse(Vector)));
        Assert.Equal(Vector, SealedSecret.Parse(Vector).ToBytes());
    }

    [Fact]
    public void Seals_as_computed_elsewhere_when_key_and_nonce_are_given()
    {
        var associated = Place.ToAssociatedData(1);
        Assert.Equal(
            "010000001000112233445566778899aabbccddeeff00000010ffeeddccbbaa9988776655443322110000000011616950726f76696465722e736563726574",
            Convert.ToHexStringLower(associated));
        var box = AesBox.Seal(FixedRing.Bytes(0x60), Vector.AsSpan(71, 12), Plain, associated);
        Assert.Equal(Vector[71..], box);
    }

    [Fact]
    public async Task Every_flipped_bit_fails()
    {
        for (var at = 0; at < Vector.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var bytes = Vector.ToArray();
                bytes[at] ^= (byte)(1 << bit);
                await AssertUnreadable(() => SealedSecret.Parse(bytes), Place);
            }
        }
    }

    [Fact]
    public async Task Every_cut_or_grown_form_fails()
    {
        for (var length = 0; length < Vector.Length; length++)
        {
            await AssertUnreadable(() => SealedSecret.Parse(Vector.AsSpan(0, length)), Place);
        }

        await AssertUnreadable(() => SealedSecret.Parse([.. Vector, 0]), Place);
    }

    [Fact]
    public async Task Moved_ciphertext_fails_at_any_other_place()
    {
        SecretContext[] others =
        [
            Place with { OrganizationId = Guid.NewGuid() }, Place with { SecretId = Guid.NewGuid() }, Place with { Field = "aiProvider.header" },
            new(Place.SecretId, Place.OrganizationId, Place.Field), Place with { Field = Place.Field + "\0" },
        ];
        foreach (var other in others)
        {
            var failure = await AssertUnreadable(() => SealedSecret.Parse(Vector), other);
            Assert.Equal(SecretUnreadableReason.Tampered, failure.Reason);
            Assert.Equal(other, failure.Context);
        }
    }

    [Fact]
    public async Task Swapped_wrapped_keys_and_boxes_fail()
    {
        var one = await Sealer.SealAsync(Place, Plain);
        var other = await Sealer.SealAsync(Place, Plain);
        await AssertUnreadable(() => new SealedSecret(other.WrappedKey, one.Box), Place);
        await AssertUnreadable(() => new SealedSecret(one.WrappedKey, other.Box), Place);
    }

    [Fact]
    public async Task Wrapped_key_under_another_name_fails()
    {
        var twin = KeyRing.FromValues(new Dictionary<string, string> { ["kek-2"] = FixedRing.Key(0), ["pepper-1"] = FixedRing.Key(0x20) });
        var moved = SealedSecret.Parse(Vector).WrappedKey with { KeyId = "kek-2" };
        var failure = await Assert.ThrowsAsync<SecretUnreadableException>(async () => await twin.UnwrapAsync(Place, moved, default));
        Assert.Equal(SecretUnreadableReason.Tampered, failure.Reason);
    }

    [Fact]
    public async Task Missing_key_and_tampering_and_new_format_are_told_apart()
    {
        var other = new SecretSealer(KeyRing.FromValues(new Dictionary<string, string> { ["kek-2"] = FixedRing.Key(1), ["pepper-1"] = FixedRing.Key(2) }));
        var missing = await Assert.ThrowsAsync<SecretUnreadableException>(async () => await other.OpenAsync(Place, SealedSecret.Parse(Vector)));
        Assert.Equal((SecretUnreadableReason.KeyMissing, "kek-1", Place), (missing.Reason, missing.KeyId, missing.Context!.Value));
        Assert.Contains("Put that key back", missing.Message, StringComparison.Ordinal);
        var newer = Vector.ToArray();
        newer[0] = 2;
        Assert.Equal(SecretUnreadableReason.UnknownFormat, Assert.Throws<SecretUnreadableException>(() => SealedSecret.Parse(newer)).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("\u043a\u043b\u044e\u0447 \U0001F511\0\n")]
    public async Task Text_comes_back_as_it_was(string text)
    {
        var stored = (await Sealer.SealAsync(Place, new Secret(text))).ToBytes();
        Assert.Equal(text, (await Sealer.OpenTextAsync(Place, SealedSecret.Parse(stored))).Reveal());
    }

    [Fact]
    public async Task Refuses_half_a_surrogate_pair_and_an_empty_or_endless_field()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Sealer.SealAsync(Place, new Secret("\ud83d")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Sealer.SealAsync(default, Plain));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Sealer.SealAsync(Place with { Field = new string('f', 65_536) }, Plain));
    }

    [Fact]
    public async Task Wipes_the_data_key_after_use()
    {
        var spy = new SpyWrapper(_ring);
        var sealedSecret = await new SecretSealer(spy).SealAsync(Place, Plain);
        await new SecretSealer(spy).OpenAsync(Place, sealedSecret);
        Assert.Equal(2, spy.Handed.Count);
        Assert.All(spy.Handed, key => Assert.True(key.Span.IndexOfAnyExcept((byte)0) < 0));
    }

    private async Task<SecretUnreadableException> AssertUnreadable(Func<SealedSecret> read, SecretContext place) =>
        await Assert.ThrowsAsync<SecretUnreadableException>(async () => await Sealer.OpenAsync(place, read()));

    private sealed class SpyWrapper(KeyRing ring) : IKeyWrapper
    {
        public List<ReadOnlyMemory<byte>> Handed { get; } = [];

        public string NewestKeyId => ring.NewestKeyId;

        public bool Holds(string keyId) => ring.Holds(keyId);

        public ValueTask<KeyRingHealth> CheckAsync(CancellationToken cancellationToken) => ring.CheckAsync(cancellationToken);

        public ValueTask<WrappedKey> WrapAsync(SecretContext context, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken)
        {
            Handed.Add(dataKey);
            return ring.WrapAsync(context, dataKey, cancellationToken);
        }

        public async ValueTask<byte[]> UnwrapAsync(SecretContext context, WrappedKey key, CancellationToken cancellationToken)
        {
            var dataKey = await ring.UnwrapAsync(context, key, cancellationToken);
            Handed.Add(dataKey);
            return dataKey;
        }
    }
}
