using System.Diagnostics;
using System.Text;
using OrgGraph.Settings.EnvironmentVariables;
using OrgGraph.Settings.Tests.Hostile;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.EnvironmentVariables;

public sealed class DotenvTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(100);

    private static readonly string[] Pieces =
    [
        "A", "NAME", "export ", "export", "=", "= ", "\"", "'", "\\", "\\\"", "\\n", "#", " #", "\n", "\r\n", "\r", " ", "\t", "$", "${A}", "`", "\0", "é", "🗝", "\ud800", "PATH", "LD_X", "9", "value", "\ufeff", "\u2028",
    ];

    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("A = 1 ", "1")]
    [InlineData("  export\tA=1", "1")]
    [InlineData("A=", "")]
    [InlineData("A=''", "")]
    [InlineData("A=\"\"", "")]
    [InlineData("A= # nothing", "")]
    [InlineData("A=#b", "#b")]
    [InlineData("A=a#b", "a#b")]
    [InlineData("A=a #b", "a")]
    [InlineData("A=a b  c", "a b  c")]
    [InlineData("A=a=b=", "a=b=")]
    [InlineData("A=it's", "it's")]
    [InlineData("A=a\\nb", "a\\nb")]
    [InlineData("A=$HOME ${B} $(x) `y`", "$HOME ${B} $(x) `y`")]
    [InlineData("A='$HOME \\n \"#\"'", "$HOME \\n \"#\"")]
    [InlineData("A=\"\\n\\r\\t\\\\\\\"\\$\\q\"", "\n\r\t\\\"$\\q")]
    [InlineData("A=\"$HOME 'x' #\" # c", "$HOME 'x' #")]
    [InlineData("A='a'#c", "a")]
    [InlineData("A=\"a\r\nb\"", "a\r\nb")]
    [InlineData("A='a\n\n# no comment\nB=2'", "a\n\n# no comment\nB=2")]
    [InlineData("\ufeffA=1", "1")]
    [InlineData("A=1\r", "1")]
    [InlineData("A= x", "x")]
    public void Value_is_read(string text, string value)
    {
        var line = Assert.Single(Dotenv.Read(text, 10));

        Assert.Equal(("A", value, null), (line.Name, line.Value, line.Problem));
    }

    [Theory]
    [InlineData("A", null)]
    [InlineData("A B=1", null)]
    [InlineData("=1", null)]
    [InlineData("9=1", null)]
    [InlineData("A-B=1", null)]
    [InlineData("export A", null)]
    [InlineData("A='open", "A")]
    [InlineData("A=\"open\\\"", "A")]
    [InlineData("A='a' b", "A")]
    [InlineData("A=a\0b", "A")]
    [InlineData("PATH=/bin", "PATH")]
    public void Line_is_bad(string text, string? name)
    {
        var line = Assert.Single(Dotenv.Read(text, 10));

        Assert.Equal((name, null), (line.Name, line.Value));
        Assert.NotNull(line.Problem);
    }

    // The attribute cannot hold half a character.
    [Fact]
    public void Line_is_bad_when_it_is_not_unicode() => Assert.Equal(("A", null), Dotenv.Read("A=\ud800", 10) is [var line] ? (line.Name, line.Value) : default);

    [Fact]
    public void Lines_are_counted_from_where_they_begin()
    {
        var lines = Dotenv.Read("\n# c\r\nA=1\rB='x\r\ny\nz'\n\nexport C=3\nD='not closed\nE=5\n", 10);

        Assert.Equal(["3 A", "4 B", "8 C", "9 D"], lines.Select(line => $"{line.Line} {line.Name}"));
        Assert.Equal("export=1", string.Join(' ', Dotenv.Read("export=1", 10).Select(line => $"{line.Name}={line.Value}")));
        Assert.Equal(2, Dotenv.Read("A=1\nB=2\nC=3", 2).Count);
    }

    [Fact]
    public void Problems_quote_nothing_and_do_not_take_long_when_anything_is_read() => Fuzz(2_000);

    [Fact, Trait("Category", "Long")]
    public void Problems_quote_nothing_and_do_not_take_long_when_anything_is_read_100_000_times() => Fuzz(100_000);

    [Fact]
    public void Time_grows_with_the_length_alone_when_quotes_are_hostile()
    {
        string[] hostile = ["A='\n", "A=\"\n", "A='\nB=\"\n", "A=\"\\", "A=' \"", "'", "\"", "\\", "export ", "#", " ", "A=", "=", "A #", "\r"];
        foreach (var piece in hostile)
        {
            var text = string.Concat(Enumerable.Repeat(piece, 256 * 1024 / piece.Length));
            var took = ProcessorTime.Least(2, () => Dotenv.Read(text, int.MaxValue));
            Assert.True(took < TimeSpan.FromSeconds(1), $"{piece} took {took}.");
        }
    }

    private void Fuzz(int count)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (slowest, mark) = (TimeSpan.Zero, "zanzibar");
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            var length = random.Next(1, i % 100 == 0 ? 20_000 : 60);
            while (length-- > 0)
            {
                text.Append(random.Next(12) == 0 ? mark : Pieces[random.Next(Pieces.Length)]);
            }

            var input = text.ToString();
            var watch = Stopwatch.GetTimestamp();
            var lines = Dotenv.Read(input, 1_001);
            var took = Stopwatch.GetElapsedTime(watch);
            if (took > Most)
            {
                // A collection or another process may have stopped it; that is not its doing.
                took = ProcessorTime.Least(3, () => Dotenv.Read(input, 1_001));
                Assert.True(took < Most, $"{took.TotalMilliseconds} ms: {input}");
            }

            slowest = took > slowest ? took : slowest;
            foreach (var line in lines)
            {
                Assert.True(line.Problem is null == line.Value is not null, input);
                Assert.True(line.Value is null || (line.Name is not null && !line.Value.Contains('\0', StringComparison.Ordinal)), input);
                Assert.True(line.Name is null || VariableTexts.IsName(line.Name), input);
                Assert.DoesNotContain(mark, line.Problem ?? "", StringComparison.Ordinal);
            }
        }

        output.WriteLine($"slowest {slowest.TotalMilliseconds} ms");
    }
}
