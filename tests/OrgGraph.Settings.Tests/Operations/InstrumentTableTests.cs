using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>The table of instruments that operators read is the list of those that there are.</summary>
public sealed partial class InstrumentTableTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:BackPlane:Redis", "127.0.0.1:1")];

    [Fact]
    public void Table_names_every_instrument_and_no_other()
    {
        var own = App.Services.GetRequiredService<IMeterFactory>();
        var published = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == own && instrument.Name.StartsWith("orggraph.", StringComparison.Ordinal))
            {
                Assert.False(string.IsNullOrEmpty(instrument.Description) || string.IsNullOrEmpty(instrument.Unit), $"{instrument.Name} has no description or unit.");
                published.Add(instrument.Name);
            }
        };
        listener.Start();

        var told = Name().Matches(File.ReadAllText(Repository.PathOf("src/OrgGraph.Server/Telemetry/README.md"))).Select(match => match.Groups[1].Value);

        Assert.True(published.Count > 25);
        Assert.Equal(published, told.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `(orggraph\.[a-z._]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Name();
}
