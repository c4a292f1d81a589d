namespace OrgGraph.Secrets.Tests;

public sealed class KeyRingRotationTests : IDisposable
{
    private static readonly SecretContext Place = new(FixedRing.One, FixedRing.One, "field");
    private readonly TemporaryFolder _folder = new();
    private readonly KeyRing _ring;

    public KeyRingRotationTests() => _ring = KeyRing.Create(_folder.Ring);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Old_secrets_stay_readable_and_rewrapping_changes_the_wrapped_key_only()
    {
        var sealer = new SecretSealer(_ring);
        var old = await sealer.SealAsync(Place, new Secret("old"));
        Assert.Same(old, await sealer.RewrapAsync(Place, old));
        var added = _ring.AddEncryptionKey();
        Assert.Equal(added, _ring.NewestKeyId);
        Assert.Equal("old", (await sealer.OpenTextAsync(Place, old)).Reveal());

        var rewrapped = await sealer.RewrapAsync(Place, old);
        Assert.Equal(added, rewrapped.WrappedKey.KeyId);
        Assert.Equal(old.Box, rewrapped.Box);
        _ring.Retire(old.WrappedKey.KeyId, _ => 0);
        Assert.Equal("old", (await new SecretSealer(KeyRing.Open(_folder.Ring)).OpenTextAsync(Place, rewrapped)).Reveal());
        var failure = await Assert.ThrowsAsync<SecretUnreadableException>(async () => await sealer.OpenTextAsync(Place, old));
        Assert.Equal(SecretUnreadableReason.KeyMissing, failure.Reason);
    }

    [Fact]
    public async Task Rewrapping_an_altered_wrapped_key_fails()
    {
        var sealer = new SecretSealer(_ring);
        var old = await sealer.SealAsync(Place, new Secret("old"));
        _ring.AddEncryptionKey();
        old.WrappedKey.Bytes[^1] ^= 1;
        await Assert.ThrowsAsync<SecretUnreadableException>(async () => await sealer.RewrapAsync(Place, old));
    }

    [Fact]
    public async Task Another_process_reads_what_was_sealed_after_a_rotation()
    {
        var elsewhere = KeyRing.Open(_folder.Ring);
        _ring.AddEncryptionKey();
        var fresh = await new SecretSealer(_ring).SealAsync(Place, new Secret("fresh"));
        Assert.Equal("fresh", (await new SecretSealer(elsewhere).OpenTextAsync(Place, fresh)).Reveal());
        Assert.Equal(_ring.Fingerprint, elsewhere.Fingerprint);
    }

    [Fact]
    public async Task Another_process_uses_the_new_key_from_its_next_wrap_on()
    {
        var elsewhere = KeyRing.Open(_folder.Ring);
        var added = _ring.AddEncryptionKey();

        Assert.Equal(added, (await new SecretSealer(elsewhere).SealAsync(Place, new Secret("fresh"))).WrappedKey.KeyId);
    }

    [Fact]
    public async Task Nothing_is_sealed_under_a_key_that_is_in_memory_alone()
    {
        var sealer = new SecretSealer(_ring);
        var before = await sealer.SealAsync(Place, new Secret("before"));
        var file = _folder.KeyFiles("kek").Single();
        File.Move(file, file + ".away");

        var refused = await Assert.ThrowsAsync<KeyRingException>(async () => await sealer.SealAsync(Place, new Secret("lost")));

        Assert.Contains("restore the file", refused.Message, StringComparison.Ordinal);
        Assert.Equal("before", (await sealer.OpenTextAsync(Place, before)).Reveal());
        File.Move(file + ".away", file);
        Assert.Equal("kept", (await sealer.OpenTextAsync(Place, await sealer.SealAsync(Place, new Secret("kept")))).Reveal());
    }

    [Fact]
    public void Another_process_finds_tokens_of_a_new_pepper_after_refreshing()
    {
        var elsewhere = KeyRing.Open(_folder.Ring);
        Assert.False(elsewhere.Refresh());
        _ring.AddPepper();
        var hash = new TokenHasher(_ring).Hash(TokenPurpose.ApiKey, "token");
        Assert.DoesNotContain(hash, new TokenHasher(elsewhere).Candidates(TokenPurpose.ApiKey, "token"));
        Assert.True(elsewhere.Refresh());
        Assert.Contains(hash, new TokenHasher(elsewhere).Candidates(TokenPurpose.ApiKey, "token"));
    }

    [Fact]
    public void Another_process_makes_an_invitation_token_of_a_new_pepper_again()
    {
        var elsewhere = new TokenHasher(KeyRing.Open(_folder.Ring));
        _ring.AddPepper();
        var id = Guid.NewGuid();
        var (token, hash) = new TokenHasher(_ring).CreateInvitationToken(id, 1);

        Assert.Equal(token.Reveal(), elsewhere.DeriveInvitationToken(id, 1, hash.PepperId).Reveal());
        Assert.Throws<KeyRingException>(() => elsewhere.DeriveInvitationToken(id, 1, "pepper-9"));
    }

    [Fact]
    public void Peppers_are_three_at_most_and_all_found()
    {
        var hasher = new TokenHasher(_ring);
        List<TokenHash> hashes = [hasher.Hash(TokenPurpose.ApiKey, "token")];
        for (var i = 0; i < 2; i++)
        {
            _ring.AddPepper();
            hashes.Add(hasher.Hash(TokenPurpose.ApiKey, "token"));
        }

        Assert.Equal(Enumerable.Reverse(hashes), hasher.Candidates(TokenPurpose.ApiKey, "token"));
        AssertRefused(() => _ring.AddPepper(), hashes[0].PepperId);
        _ring.Retire(hashes[0].PepperId, _ => 0);
        _ring.AddPepper();
        Assert.DoesNotContain(hashes[0], hasher.Candidates(TokenPurpose.ApiKey, "token"));
    }

    [Fact]
    public void Retiring_is_refused_for_a_used_newest_or_unknown_key()
    {
        var first = _ring.NewestKeyId;
        AssertRefused(() => _ring.Retire(first, _ => 0), "newest");
        AssertRefused(() => _ring.Retire(_ring.NewestPepperId, _ => 0), "newest");
        AssertRefused(() => _ring.Retire("kek-77", _ => 0), "no key");
        _ring.AddEncryptionKey();
        AssertRefused(() => _ring.Retire(first, id => id == first ? 5 : 0), "5 rows");
        Assert.Contains(_ring.Keys, key => key.Id == first);
        _ring.Retire(first, _ => 0);
        Assert.DoesNotContain(KeyRing.Open(_folder.Ring).Keys, key => key.Id == first);
        Assert.Single(Directory.GetFiles(_folder.Ring, first + ".retired"));
    }

    [Fact]
    public void Racing_rotations_of_several_processes_lose_no_key()
    {
        var added = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 12, _ => added.Add(KeyRing.Open(_folder.Ring).AddEncryptionKey()));
        Assert.True(_ring.Check().IsUsable);
        Assert.Equal(12, added.Distinct().Count());
        Assert.Equal(13, _ring.Keys.Count(key => key.Kind == RingKeyKind.Encryption));
        Assert.StartsWith("kek-13-", _ring.NewestKeyId, StringComparison.Ordinal);
        Assert.Equal(2, _ring.Keys.Count(key => key.IsNewest));
    }

    [Fact]
    public void A_rotation_cut_off_at_any_step_leaves_the_ring_as_it_was()
    {
        var before = TemporaryFolder.Copy(_folder.Ring, Path.Combine(_folder.Root, "before"));
        var fingerprint = _ring.Fingerprint;
        var id = _ring.AddEncryptionKey();
        var key = File.ReadAllBytes(Path.Combine(_folder.Ring, id + ".key"));
        var list = File.ReadAllBytes(Path.Combine(_folder.Ring, "ring.list"));

        // The steps in order: half a temporary key, the key, half a temporary list.
        WriteTight(Path.Combine(before, id + ".key.00000000.tmp"), key[..10]);
        Assert.Equal(fingerprint, KeyRing.Open(before).Fingerprint);
        WriteTight(Path.Combine(before, id + ".key"), key);
        Assert.Equal(fingerprint, KeyRing.Open(before).Fingerprint);
        WriteTight(Path.Combine(before, "ring.list.00000000.tmp"), list[..10]);
        Assert.Equal(fingerprint, KeyRing.Open(before).Fingerprint);

        KeyRing.Open(before).AddEncryptionKey();
        Assert.Empty(Directory.GetFiles(before, "*.tmp"));
        Assert.Equal(3, KeyRing.Open(before).Keys.Count);
    }

    [Fact]
    public void A_ring_that_became_unusable_is_not_changed()
    {
        File.Delete(_folder.KeyFiles("pepper").Single());
        var files = Directory.GetFiles(_folder.Ring);
        Assert.Throws<KeyRingException>(() => _ring.AddEncryptionKey());
        Assert.Equal(files.Length, Directory.GetFiles(_folder.Ring).Count(file => !file.EndsWith("ring.lock", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_file_but_the_key_files_holds_a_key()
    {
        var material = File.ReadAllBytes(_folder.KeyFiles("kek").Single())[^40..^8];
        var list = File.ReadAllText(Path.Combine(_folder.Ring, "ring.list"));
        Assert.DoesNotContain(Convert.ToBase64String(material), list, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(material), string.Concat(_ring.Keys), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(material)[..20], System.Text.Json.JsonSerializer.Serialize(_ring), StringComparison.Ordinal);
    }

    private static void WriteTight(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        TemporaryFolder.SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static void AssertRefused(Action action, string advice) =>
        Assert.Contains(advice, Assert.Throws<KeyRingException>(action).Message, StringComparison.Ordinal);
}
