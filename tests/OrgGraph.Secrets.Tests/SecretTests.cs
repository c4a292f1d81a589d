using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace OrgGraph.Secrets.Tests;

public sealed class SecretTests
{
    private const string Plain = "canary-5d41402abc4b2a76";

    private sealed record Holder(string Name, Secret Key);

    [Fact]
    public void Shows_nothing_when_turned_into_text()
    {
        var secret = new Secret(Plain);
        object boxed = secret;
        string[] forms =
        [
            secret.ToString(), $"{secret}", "" + secret, string.Format(CultureInfo.InvariantCulture, "{0}", boxed), string.Concat(boxed),
            new Holder("n", secret).ToString(), JsonSerializer.Serialize(secret), JsonSerializer.Serialize(new Holder("n", secret)),
            JsonSerializer.Serialize(boxed), JsonSerializer.Serialize(new Dictionary<Secret, int> { [secret] = 1 }), JsonSerializer.Serialize(new[] { secret }),
        ];
        Assert.All(forms, form =>
        {
            Assert.Contains("[secret]", form, StringComparison.Ordinal);
            Assert.DoesNotContain(Plain, form, StringComparison.Ordinal);
        });
        Assert.Equal(Plain, secret.Reveal());
    }

    [Fact]
    public void Shows_nothing_to_a_debugger_or_a_property_walker()
    {
        Assert.Equal("[secret]", typeof(Secret).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value);
        Assert.Empty(typeof(Secret).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic));
        var field = Assert.Single(typeof(Secret).GetFields(BindingFlags.Instance | BindingFlags.NonPublic));
        Assert.Equal(DebuggerBrowsableState.Never, field.GetCustomAttribute<DebuggerBrowsableAttribute>()!.State);
    }

    [Fact]
    public void Refuses_to_be_read_from_json()
    {
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<Secret>("\"text\""));
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<Holder>("{\"Name\":\"n\",\"Key\":\"text\"}"));
    }

    [Fact]
    public void Is_equal_to_itself_only()
    {
        var secret = new Secret(Plain);
        Assert.True(secret.Equals(secret));
        Assert.False(secret.Equals(new Secret(Plain)));
    }

    [Fact]
    public void Is_43_distinct_base62_characters_when_random()
    {
        var all = Enumerable.Range(0, 1_000).Select(_ => Secret.NewRandom().Reveal()).ToHashSet();
        Assert.Equal(1_000, all.Count);
        Assert.All(all, text => Assert.True(TokenHasher.IsWellFormed(text)));
    }

    [Theory]
    [InlineData("", "***")]
    [InlineData("abcdefghijklmnopqrstuvwxyz1", "***")]
    [InlineData("abcdefghijklmnopqrstuvwxyz12", "abc...yz12")]
    [InlineData("ab\ndefghijklmnopqrstuvwxyz12", "***")]
    [InlineData("abcdefghijklmnopqrstuvwxy\U0001F600z", "***")]
    public void Preview_shows_three_and_four_of_long_texts_only(string secret, string preview) => Assert.Equal(preview, SecretPreview.Of(secret));
}
