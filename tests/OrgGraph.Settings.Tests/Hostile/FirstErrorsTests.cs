using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>Of a document with many errors the first ten are told.</summary>
public sealed class FirstErrorsTests(SharedOrgGraph shared) : IClassFixture<SharedOrgGraph>
{
    private const string More = "There are more errors than these 10. Correct these first.";

    [Theory]
    [InlineData(10, 10)]
    [InlineData(11, 11)]
    [InlineData(400, 11)]
    public async Task Ten_are_told_and_that_there_are_more(int wrong, int told)
    {
        var answer = await (await shared.App.OliviaAsync()).SendAsync($"{{ {HostileDocuments.Many(wrong, i => $"a{i}: nothing{i}")} }}");

        Assert.Equal(Enumerable.Repeat("BAD_USER_INPUT", told), answer.Codes);
        Assert.Equal(wrong > 10, answer.Text.Contains(More, StringComparison.Ordinal));
        Assert.Contains("'nothing9'", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("'nothing10'", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Found_all_at_once_they_are_cut_off_as_well()
    {
        var answer = await (await shared.App.OliviaAsync()).SendAsync($"query({HostileDocuments.Many(30, i => $"$v{i}: Int")}) {{ __typename }}");

        Assert.Equal(11, answer.Codes.Length);
        Assert.Contains(More, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_are_those_of_documents_that_are_planned_anew_each_time()
    {
        var answer = await (await shared.App.OliviaAsync()).SendAsync($"{{ __typename @include(if: true) {HostileDocuments.Many(40, i => $"a{i}: nothing{i}")} }}");

        Assert.Equal(11, answer.Codes.Length);
    }

    [Fact]
    public async Task Errors_of_fields_are_told_all()
    {
        var answer = await shared.App.Anonymous.SendAsync($"{{ {HostileDocuments.Many(15, i => $"a{i}: viewer {{ __typename }}")} }}");

        Assert.Equal(Enumerable.Repeat("AUTH_NOT_AUTHENTICATED", 15), answer.Codes);
    }
}
