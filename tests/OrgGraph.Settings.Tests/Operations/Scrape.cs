using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>What <c>/metrics</c> says at one moment.</summary>
internal sealed partial class Scrape
{
    private readonly Dictionary<string, double> _values = [];

    private Scrape(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var end = line.IndexOf('}', StringComparison.Ordinal) is var brace and >= 0 ? brace + 1 : line.IndexOf(' ', StringComparison.Ordinal);
            _values.Add(Key(line[..end]), double.Parse(line[end..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
        }
    }

    public string Text { get; }

    /// <summary>Every series: the name, and the labels in order.</summary>
    public IEnumerable<string> Series => _values.Keys;

    /// <summary>Label names and values of all series of ours.</summary>
    public IEnumerable<(string Name, string Value)> Labels => Series.Where(series => series.StartsWith("orggraph_", StringComparison.Ordinal))
        .SelectMany(series => Label().Matches(series).Select(match => (match.Groups[1].Value, match.Groups[2].Value)));

    /// <summary>A value by name and labels, e.g. <c>orggraph_mutations_total{orggraph_mutation_name="createApiKey"}</c>; 0 when it was never counted.</summary>
    public double this[string series] => _values.GetValueOrDefault(Key(series));

    public static async Task<Scrape> OfAsync(OrgGraphApp app, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await app.Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return new Scrape(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until a series has a value: what happens beside a request is counted a moment after its answer.</summary>
    public static async Task<Scrape> UntilAsync(OrgGraphApp app, string series, double value)
    {
        var scrape = await OfAsync(app);
        await Eventually.TrueAsync(async () => (scrape = await OfAsync(app))[series] == value, TimeSpan.FromSeconds(20), $"{series} is {value}");
        return scrape;
    }

    private static string Key(string series)
    {
        var labels = Label().Matches(series).Select(match => match.Value).Order(StringComparer.Ordinal).ToList();
        return labels.Count == 0 ? series.Replace("{}", "", StringComparison.Ordinal) : $"{series[..series.IndexOf('{', StringComparison.Ordinal)]}{{{string.Join(',', labels)}}}";
    }

    [GeneratedRegex("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Label();
}
