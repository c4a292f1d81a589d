namespace OrgGraph.Secrets.Tests;

public sealed class KeyRingValuesTests
{
    [Fact]
    public void Highest_number_is_the_newest_and_names_are_read_leniently()
    {
        var ring = KeyRing.FromValues(new Dictionary<string, string>
        {
            ["KEK_9"] = FixedRing.Key(1),
            ["kek-10-abc"] = FixedRing.Key(2),
            ["Pepper-1"] = FixedRing.Key(3) + "\n",
        });
        Assert.Equal("kek-10-abc", ring.NewestKeyId);
        Assert.Equal("pepper-1", ring.NewestPepperId);
        Assert.Equal(["kek-10-abc", "kek-9", "pepper-1"], ring.Keys.Select(key => key.Id));
        Assert.True(ring.Check().IsUsable);
        Assert.False(ring.Refresh());
    }

    [Fact]
    public void Fingerprint_of_a_key_is_as_computed_elsewhere() =>
        Assert.Equal("a5ae3dbffb69ca64", FixedRing.WithOnePepper().Keys.Single(key => key.Id == "kek-1").Fingerprint);

    [Theory]
    [InlineData("kek")]
    [InlineData("kek-0")]
    [InlineData("kek-01")]
    [InlineData("kek--1")]
    [InlineData("kek-1-")]
    [InlineData("kek-1-a-b")]
    [InlineData("kek-99999999999")]
    [InlineData("key-1")]
    [InlineData("kek-1-../x")]
    public void Malformed_names_are_refused(string name) => AssertRefused((name, FixedRing.Key(1)), ("pepper-1", FixedRing.Key(2)));

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAECAwQFBgcICQoLDA0ODw==")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v")]
    public void Values_that_are_no_random_32_bytes_are_refused(string value)
    {
        var message = AssertRefused(("kek-1", value), ("pepper-1", FixedRing.Key(2)));
        Assert.True(value.Length == 0 || !message.Contains(value, StringComparison.Ordinal));
    }

    [Fact]
    public void Missing_kinds_equal_keys_equal_names_and_a_fourth_pepper_are_refused()
    {
        AssertRefused(("kek-1", FixedRing.Key(1)));
        AssertRefused(("pepper-1", FixedRing.Key(1)));
        AssertRefused(("kek-1", FixedRing.Key(1)), ("pepper-1", FixedRing.Key(1)));
        AssertRefused(("kek-1", FixedRing.Key(1)), ("KEK_1", FixedRing.Key(3)), ("pepper-1", FixedRing.Key(2)));
        AssertRefused(
            ("kek-1", FixedRing.Key(1)), ("pepper-1", FixedRing.Key(2)), ("pepper-2", FixedRing.Key(3)), ("pepper-3", FixedRing.Key(4)), ("pepper-4", FixedRing.Key(5)));
    }

    [Fact]
    public void Cannot_be_changed_from_here()
    {
        var ring = FixedRing.WithOnePepper();
        Assert.Throws<KeyRingException>(() => ring.AddEncryptionKey());
        Assert.Throws<KeyRingException>(() => ring.AddPepper());
        Assert.Throws<KeyRingException>(() => ring.Retire("kek-1", _ => 0));
    }

    [Fact]
    public async Task Refuses_a_data_key_of_another_size()
    {
        var ring = FixedRing.WithOnePepper();
        await Assert.ThrowsAsync<ArgumentException>(async () => await ring.WrapAsync(default, new byte[31], default));
    }

    private static string AssertRefused(params (string Name, string Value)[] values) =>
        Assert.Throws<KeyRingException>(() => KeyRing.FromValues(values.ToDictionary(value => value.Name, value => value.Value))).Message;
}
