using System.Text.RegularExpressions;

namespace OrgGraph.Settings.Tests.Architecture;

/// <summary>The rules between Kernel and the areas, over sources as (path, text) pairs, paths from the root of the repository.</summary>
internal static partial class AreaRules
{
    private const string Settings = "src/OrgGraph.Settings/";

    /// <summary>Kernel works against seams: it names no area. The two models that it must be told of are made in the root files.</summary>
    public static IEnumerable<string> KernelImports(IReadOnlyCollection<(string Path, string Text)> sources)
    {
        var areas = AreasOf(sources);
        return from source in sources
               where AreaOf(source.Path) == "Kernel"
               from area in areas
               where Names(source.Text, area)
               select $"{source.Path} names the area {area}.";
    }

    /// <summary>Cycles between areas, each as the areas on it.</summary>
    public static IEnumerable<string> Cycles(IReadOnlyCollection<(string Path, string Text)> sources)
    {
        var areas = AreasOf(sources);
        var uses = areas.ToDictionary(
            area => area,
            area => areas.Where(other => other != area && sources.Any(source => AreaOf(source.Path) == area && Names(source.Text, other))).ToArray());
        var reaches = areas.ToDictionary(area => area, area => Reach(area, uses));
        return areas.Where(area => reaches[area].Contains(area))
            .Select(area => string.Join(", ", areas.Where(other => reaches[area].Contains(other) && reaches[other].Contains(area))))
            .Distinct()
            .Select(cycle => $"These areas form a cycle: {cycle}.");
    }

    /// <summary>Rows are internal, and nobody's but their area's, the root files', the seeder's and the model's.</summary>
    public static IEnumerable<string> RowUses(IReadOnlyCollection<(string Path, string Text)> sources)
    {
        var rows = sources.SelectMany(source => RowClass().Matches(WithoutComments(source.Text)).Select(match => (source.Path, Modifiers: match.Groups[1].Value, Name: match.Groups[2].Value))).ToArray();
        foreach (var row in rows.Where(row => !row.Modifiers.Contains("internal", StringComparison.Ordinal) && !row.Modifiers.Contains("abstract", StringComparison.Ordinal)))
        {
            yield return $"{row.Path}: {row.Name} must be internal.";
        }

        var homes = rows.ToDictionary(row => row.Name, row => AreaOf(row.Path));
        foreach (var (path, text) in sources)
        {
            foreach (var name in RowName().Matches(WithoutComments(text)).Select(match => match.Value).Distinct().Where(name => homes.ContainsKey(name) && !MayUseRow(path, homes[name])))
            {
                yield return $"{path} uses {name}, which is private to {homes[name]}.";
            }
        }
    }

    // Migrations are generated from the model and name its classes.
    private static bool MayUseRow(string path, string? home) =>
        AreaOf(path) is var area && (area == home || home == "Kernel" || area is "" or "Seeding" || path == Settings + "Kernel/Data/SettingsContext.cs" || path.Contains("/Migrations/", StringComparison.Ordinal));

    /// <summary>The folder below Settings; empty for the files beside the folders, null elsewhere.</summary>
    private static string? AreaOf(string path)
    {
        if (!path.StartsWith(Settings, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = path[Settings.Length..].Split('/');
        return rest.Length > 1 ? rest[0] : "";
    }

    private static string[] AreasOf(IEnumerable<(string Path, string Text)> sources) =>
        [.. sources.Select(source => AreaOf(source.Path)).OfType<string>().Where(area => area is not ("" or "Kernel" or "Seeding")).Distinct().Order(StringComparer.Ordinal)];

    // By using directive, by alias, or by a qualified name; inside OrgGraph.Settings a short one is enough.
    private static bool Names(string text, string area) =>
        Regex.IsMatch(WithoutComments(text), $@"\b(using\s+(static\s+)?(\w+\s*=\s*)?)?OrgGraph\.Settings\.{area}\b(?!\.Tests)|\bSettings\.{area}\.\w");

    private static HashSet<string> Reach(string from, Dictionary<string, string[]> uses)
    {
        var reached = new HashSet<string>();
        var next = new Queue<string>(uses[from]);
        while (next.TryDequeue(out var area))
        {
            if (reached.Add(area))
            {
                foreach (var further in uses[area])
                {
                    next.Enqueue(further);
                }
            }
        }

        return reached;
    }

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b\w+Row\b")]
    private static partial Regex RowName();

    [GeneratedRegex(@"((?:public|internal|private|abstract|sealed|partial|static|\s)*)\b(?:class|record)\s+(\w+Row)\b")]
    private static partial Regex RowClass();
}
