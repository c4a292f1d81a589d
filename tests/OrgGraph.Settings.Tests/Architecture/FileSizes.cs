namespace OrgGraph.Settings.Tests.Architecture;

/// <summary>Files that have outgrown what a reader takes in at once.</summary>
internal static class FileSizes
{
    private const int Longest = 300;

    public static IEnumerable<string> Violations(IReadOnlyCollection<(string Path, string Text)> sources, IReadOnlyDictionary<string, string> listed)
    {
        foreach (var (path, text) in sources)
        {
            var lines = text.Count(c => c == '\n');
            if (lines > Longest && !IsGenerated(path) && !listed.ContainsKey(path))
            {
                yield return $"{path} has {lines} lines; over {Longest} it must be split, or listed with a sentence.";
            }
        }

        foreach (var path in listed.Keys.Where(path => sources.All(source => source.Path != path || source.Text.Count(c => c == '\n') <= Longest)))
        {
            yield return $"{path} is listed as long but is not.";
        }
    }

    private static bool IsGenerated(string path) => path.StartsWith("src/OrgGraph.Migrations/", StringComparison.Ordinal) && path.Contains("/Migrations/", StringComparison.Ordinal);
}
