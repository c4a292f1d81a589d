using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using static OrgGraph.Settings.Tests.Hostile.HostileDocuments;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>Each bound at its limit and one past it.</summary>
public sealed class DocumentGuardTests
{
    private static readonly Dictionary<string, (string AtLimit, string Past)> Bounds = new()
    {
        ["length"] = ("{ __typename } #" + new string('x', DocumentGuard.MaxLength - 16), "{ __typename } #" + new string('x', DocumentGuard.MaxLength - 15)),
        ["tokens"] = ($"{{ a(b: [{Repeat("1 ", 3991)}]) }}", $"{{ a(b: [{Repeat("1 ", 3992)}]) }}"),
        ["fields"] = ($"{{ {Many(1000, i => $"a{i}: b")} }}", $"{{ {Many(1001, i => $"a{i}: b")} }}"),
        ["unfolded fields"] = (Unfolded(180), Unfolded(181)),
        ["one response name"] = ($"{{ {Repeat("a ", 20)} }}", $"{{ {Repeat("a ", 21)} }}"),
        ["one response name with a selection, through fragments"] = (Spread(20, "a { b }"), Spread(21, "a { b }")),
        ["one leaf, through fragments"] = (Spread(100, "a"), Spread(101, "a")),
        ["directives"] = ($"{{ {Many(50, i => $"a{i}: b @c")} }}", $"{{ {Many(51, i => $"a{i}: b @c")} }}"),
        ["mutations"] = ($"mutation {{ {Many(10, i => $"a{i}: b")} }}", $"mutation {{ {Many(11, i => $"a{i}: b")} }}"),
        ["mutations, through fragments"] = ($"mutation {{ {Many(5, i => $"a{i}: b")} ...F }} fragment F on Mutation {{ {Many(5, i => $"c{i}: b")} }}", $"mutation {{ {Many(5, i => $"a{i}: b")} ...F }} fragment F on Mutation {{ {Many(6, i => $"c{i}: b")} }}"),
        ["depth"] = (Repeat("{ a", 15) + Repeat(" }", 15), Repeat("{ a", 16) + Repeat(" }", 16)),
        ["depth, through fragments"] = (Repeat("{ a", 7) + " { ...F }" + Repeat(" }", 7) + " fragment F on T " + Repeat("{ a", 8) + Repeat(" }", 8), Repeat("{ a", 8) + " { ...F }" + Repeat(" }", 8) + " fragment F on T " + Repeat("{ a", 8) + Repeat(" }", 8)),
        ["introspection"] = ("{ __schema { types { fields { type { fields { name } } } } } }", "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"),
    };

    public static TheoryData<string> Names => [.. Bounds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Document_passes_at_the_limit_and_is_refused_past_it(string bound)
    {
        var (atLimit, past) = Bounds[bound];

        Assert.NotNull(new DocumentCache().Get(atLimit));
        var fault = Assert.Throws<RequestFault>(() => new DocumentCache().Get(past));

        Assert.Equal(RequestErrorCodes.BadUserInput, fault.Code);
    }

    [Fact]
    public void Fields_that_are_called_as_the_schemas_own_nest_as_others_do() =>
        Assert.NotNull(new DocumentCache().Get("{ fields { fields { fields { interfaces { fields { id } } } } } }"));

    [Theory]
    [InlineData("{ ...F } fragment F on Query { ...F }")]
    [InlineData("{ ...F } fragment F on Query { a { ...G } } fragment G on A { b { ...F } }")]
    [InlineData("{ a } fragment F on Query { ...G } fragment G on Query { ...F }")]
    public void Circle_of_fragments_is_named(string query)
    {
        var fault = Assert.Throws<RequestFault>(() => new DocumentCache().Get(query));

        Assert.Equal("The fragment F spreads itself. Fragments may not form circles.", fault.Message);
    }

    // Ten times (a field, a spread, ten times (a field, a spread, 96 fields)) are 9,820.
    private static string Unfolded(int rest) =>
        $"{{ {Many(10, i => $"x{i}: a {{ ...S }}")} {Many(rest, i => $"y{i}: a")} }} fragment S on A {{ {Many(10, i => $"x{i}: a {{ ...F }}")} }} fragment F on A {{ {Many(96, i => $"z{i}: a")} }}";

    private static string Spread(int fragments, string selection) => $"{{ {Many(fragments, i => $"...F{i}")} }} {Many(fragments, i => $"fragment F{i} on Query {{ {selection} }}")}";
}
