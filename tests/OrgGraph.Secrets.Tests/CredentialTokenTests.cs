namespace OrgGraph.Secrets.Tests;

public sealed class CredentialTokenTests
{
    private const string LargestBody = "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1";

    public static TheoryData<CredentialKind, byte[], string> Vectors => new()
    {
        { CredentialKind.ApiKey, new byte[32], "sk-00000000000000000000000000000000000000000003P9rQy" },
        { CredentialKind.ApiKey, Filled(0xff), "sk-yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp10KxnhU" },
        { CredentialKind.ApiKey, FixedRing.Bytes(0), "sk-003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2j7ZOG" },
        { CredentialKind.ServiceToken, new byte[32], "bt-st-00000000000000000000000000000000000000000003Jthbt" },
        { CredentialKind.ServiceToken, Filled(0xff), "bt-st-yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp10Z1SpF" },
        { CredentialKind.ServiceToken, FixedRing.Bytes(0), "bt-st-003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2mzsFV" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Formats_as_computed_elsewhere(CredentialKind kind, byte[] bits, string expected)
    {
        var (token, preview) = CredentialToken.Format(kind, bits);
        Assert.Equal(expected, token.Reveal());
        Assert.Equal(string.Concat(kind == CredentialKind.ApiKey ? "sk-" : "bt-st-", "...", expected.AsSpan(expected.Length - 4)), preview);
        Assert.True(CredentialToken.TryParse(expected, out var parsed));
        Assert.Equal(kind, parsed);
    }

    [Fact]
    public void Checksum_is_the_crc_of_zlib() => Assert.Equal(3421780262u, Crc32.OfAscii("123456789"));

    [Theory]
    [InlineData("sk-yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp22YO2n8")]
    [InlineData("sk-zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz405zRF")]
    public void Refuses_a_value_of_2_to_the_256_or_more_though_its_checksum_is_right(string token) =>
        Assert.False(CredentialToken.TryParse(token, out _));

    [Fact]
    public void Value_range_ends_at_2_to_the_256()
    {
        Assert.True(Base62.IsValue(LargestBody));
        Assert.True(Base62.IsValue(new string('0', 43)));
        Assert.False(Base62.IsValue(LargestBody[..^1] + "2"));
        Assert.False(Base62.IsValue(LargestBody.AsSpan(0, 42)));
        Assert.False(Base62.IsValue("0" + LargestBody));
        Assert.False(Base62.IsValue(LargestBody[..^1] + "_"));
        Assert.False(Base62.IsValue(LargestBody[..^1] + "\u0660"));
    }

    [Theory]
    [InlineData(CredentialKind.ApiKey)]
    [InlineData(CredentialKind.ServiceToken)]
    public void Created_tokens_are_distinct_and_parse(CredentialKind kind)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 10_000; i++)
        {
            var (token, preview) = CredentialToken.Create(kind);
            Assert.True(seen.Add(token.Reveal()));
            Assert.True(CredentialToken.TryParse(token.Reveal(), out var parsed));
            Assert.Equal(kind, parsed);
            Assert.Equal(kind == CredentialKind.ApiKey ? 10 : 13, preview.Length);
        }
    }

    [Fact]
    public void Refuses_10_000_mutated_tokens()
    {
        var random = new Random(20261125);
        for (var i = 0; i < 10_000; i++)
        {
            var token = CredentialToken.Create((CredentialKind)(i % 2)).Token.Reveal();
            var mutated = Mutate(token, random);
            Assert.False(mutated != token && CredentialToken.TryParse(mutated, out _), mutated);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("sk-")]
    [InlineData("bt-st-")]
    [InlineData("SK-00000000000000000000000000000000000000000003P9rQy")]
    [InlineData(" sk-00000000000000000000000000000000000000000003P9rQy")]
    [InlineData("sk-00000000000000000000000000000000000000000003P9rQy\n")]
    [InlineData("bt-st-00000000000000000000000000000000000000000003P9rQy")]
    public void Refuses_what_is_near_a_token(string text) => Assert.False(CredentialToken.TryParse(text, out _));

    [Fact]
    public void Parsing_allocates_nothing()
    {
        var token = CredentialToken.Create(CredentialKind.ServiceToken).Token.Reveal();
        var parsed = CredentialToken.TryParse(token, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            parsed &= CredentialToken.TryParse(token, out _);
        }

        var after = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(parsed);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Refuses_an_unknown_kind() => Assert.Throws<ArgumentOutOfRangeException>(() => CredentialToken.Create((CredentialKind)7));

    private static string Mutate(string token, Random random)
    {
        var at = random.Next(token.Length);
        var characters = token.ToCharArray();
        switch (random.Next(6))
        {
            case 0:
                characters[at] = Base62.Alphabet[random.Next(62)];
                return new string(characters);
            case 1:
                characters[at] = (char)random.Next(1, 0x3000);
                return new string(characters);
            case 2:
                var next = (at + 1) % token.Length;
                (characters[at], characters[next]) = (characters[next], characters[at]);
                return new string(characters);
            case 3:
                return token.Remove(at, 1);
            case 4:
                return token.Insert(at, Base62.Alphabet[random.Next(62)].ToString());
            default:
                random.Shuffle(characters);
                return new string(characters);
        }
    }

    private static byte[] Filled(byte value)
    {
        var bytes = new byte[32];
        Array.Fill(bytes, value);
        return bytes;
    }
}
