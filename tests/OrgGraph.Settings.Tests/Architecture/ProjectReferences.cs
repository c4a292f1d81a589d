using System.Xml.Linq;

namespace OrgGraph.Settings.Tests.Architecture;

/// <summary>Which projects and packages each project may use: the table of the architecture, section 1.</summary>
internal static class ProjectReferences
{
    private static readonly Dictionary<string, (string[] Projects, string[] Packages, bool MayUseAspNetCore)> Allowed = new()
    {
        ["OrgGraph.Secrets"] = ([], [], false),
        ["OrgGraph.Transport"] = ([], ["GraphQL", "GraphQL.SystemTextJson", "GraphQL.MicrosoftDI", "GraphQL.Analyzers", "GraphQL-Parser"], true),
        ["OrgGraph.Settings"] =
            (["OrgGraph.Secrets"], ["GraphQL", "GraphQL.SystemTextJson", "GraphQL.MicrosoftDI", "GraphQL.Analyzers", "GraphQL-Parser", "Microsoft.EntityFrameworkCore.Relational"], false),
        ["OrgGraph.Migrations"] =
            (["OrgGraph.Settings"],
            ["Microsoft.EntityFrameworkCore.Design", "Microsoft.EntityFrameworkCore.Sqlite", "Microsoft.EntityFrameworkCore.SqlServer", "SQLitePCLRaw.lib.e_sqlite3"], false),
        ["OrgGraph.Server"] = (["OrgGraph.Migrations", "OrgGraph.Secrets", "OrgGraph.Settings", "OrgGraph.Transport"], ["*"], true),
    };

    /// <param name="projects">Path and text of every csproj below src.</param>
    public static IEnumerable<string> Violations(IEnumerable<(string Path, string Text)> projects)
    {
        foreach (var (path, text) in projects)
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (!Allowed.TryGetValue(name, out var allowed))
            {
                yield return $"{name} is a project that the architecture does not know.";
                continue;
            }

            var xml = XDocument.Parse(text);
            foreach (var project in Includes(xml, "ProjectReference").Select(include => Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))).Except(allowed.Projects))
            {
                yield return $"{name} may not refer to {project}.";
            }

            foreach (var package in Includes(xml, "PackageReference").Where(package => !allowed.Packages.Contains("*") && !allowed.Packages.Contains(package)))
            {
                yield return $"{name} may not use the package {package}.";
            }

            var usesAspNetCore = Includes(xml, "FrameworkReference").Contains("Microsoft.AspNetCore.App") || xml.Root!.Attribute("Sdk")!.Value == "Microsoft.NET.Sdk.Web";
            if (usesAspNetCore && !allowed.MayUseAspNetCore)
            {
                yield return $"{name} may not use ASP.NET Core.";
            }
        }
    }

    private static IEnumerable<string> Includes(XDocument xml, string element) => xml.Descendants(element).Select(reference => reference.Attribute("Include")!.Value);
}
