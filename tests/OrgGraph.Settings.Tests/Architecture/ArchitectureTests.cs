using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Architecture;

/// <summary>The rules of the house, and each tried once against a planted violation.</summary>
public sealed class ArchitectureTests
{
    private const string Settings = "src/OrgGraph.Settings/";

    private static readonly IReadOnlyList<(string Path, string Text)> Sources = Repository.Sources("src");

    private static readonly IReadOnlyList<(string Path, string Text)> Projects =
    [
        .. Directory.GetFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories).Where(file => !file.Contains("node_modules", StringComparison.Ordinal))
            .Select(file => (file, File.ReadAllText(file))),
    ];

    private static readonly Dictionary<string, string> LongFiles = new()
    {
        ["src/OrgGraph.Settings/Kernel/Events/OrganizationFeed.cs"] = "Accepting, replaying, sharing and ending are one state under one lock.",
        ["src/OrgGraph.Settings/Kernel/Writing/Writer.cs"] = "The order of the steps of a group commit is the point; apart, nobody could check it.",
    };

    [Fact]
    public void Projects_refer_only_to_what_the_architecture_allows() => None(ProjectReferences.Violations(Projects));

    [Theory]
    [InlineData("OrgGraph.Secrets", "<ProjectReference Include=\"../OrgGraph.Settings/OrgGraph.Settings.csproj\" />")]
    [InlineData("OrgGraph.Settings", "<PackageReference Include=\"Microsoft.EntityFrameworkCore.Sqlite\" />")]
    [InlineData("OrgGraph.Settings", "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />")]
    [InlineData("OrgGraph.Transport", "<ProjectReference Include=\"..\\OrgGraph.Settings\\OrgGraph.Settings.csproj\" />")]
    [InlineData("OrgGraph.Common", "")]
    public void Reference_is_found_when_one_is_planted(string project, string item) =>
        Assert.Single(ProjectReferences.Violations([($"src/{project}/{project}.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{item}</ItemGroup></Project>")]));

    [Fact]
    public void Kernel_imports_no_area() => None(AreaRules.KernelImports(Sources));

    [Theory]
    [InlineData("using OrgGraph.Settings.ApiKeys;")]
    [InlineData("using Key = OrgGraph.Settings.ApiKeys.ApiKey;")]
    [InlineData("class A { Settings.ApiKeys.ApiKey? key; }")]
    public void Import_is_found_when_one_is_planted_in_kernel(string text) =>
        Assert.Single(AreaRules.KernelImports([(Settings + "Kernel/Planted.cs", text), (Settings + "ApiKeys/ApiKey.cs", "")]));

    [Fact]
    public void Areas_form_no_cycle() => None(AreaRules.Cycles(Sources));

    [Fact]
    public void Cycle_is_found_when_one_is_planted() =>
        Assert.Single(AreaRules.Cycles(
        [
            (Settings + "A/A.cs", "using OrgGraph.Settings.B;"), (Settings + "B/B.cs", "using OrgGraph.Settings.C;"), (Settings + "C/C.cs", "using OrgGraph.Settings.A;"),
            (Settings + "D/D.cs", "using OrgGraph.Settings.A;"), (Settings + "SettingsAreas.cs", "using OrgGraph.Settings.D;"),
        ]));

    [Fact]
    public void Rows_stay_in_their_area() => None(AreaRules.RowUses(Sources));

    [Theory]
    [InlineData("internal sealed class ThingRow", "B/B.cs", 1)]
    [InlineData("internal sealed class ThingRow", "Kernel/Data/Other.cs", 1)]
    [InlineData("public sealed class ThingRow", "A/Other.cs", 1)]
    [InlineData("internal sealed class ThingRow", "A/Other.cs", 0)]
    [InlineData("internal sealed class ThingRow", "OrganizationSnapshot.cs", 0)]
    [InlineData("internal sealed class ThingRow", "Seeding/Seeder.cs", 0)]
    public void Use_of_a_row_is_found_when_one_is_planted(string declaration, string user, int found) =>
        Assert.Equal(found, AreaRules.RowUses([(Settings + "A/ThingRow.cs", declaration + ";"), (Settings + user, "class X { ThingRow? row; }")]).Count());

    [Fact]
    public void Files_are_short() => None(FileSizes.Violations(Sources, LongFiles));

    [Fact]
    public void Long_file_is_found_when_one_is_planted()
    {
        Assert.Single(FileSizes.Violations([("src/Long.cs", new string('\n', 301))], new Dictionary<string, string>()));
        Assert.Empty(FileSizes.Violations([("src/Long.cs", new string('\n', 301))], new Dictionary<string, string> { ["src/Long.cs"] = "A reason." }));
        Assert.Single(FileSizes.Violations([("src/Short.cs", "")], new Dictionary<string, string> { ["src/Short.cs"] = "A reason." }));
    }

    private static void None(IEnumerable<string> violations) => Assert.Equal("", string.Join('\n', violations));
}
