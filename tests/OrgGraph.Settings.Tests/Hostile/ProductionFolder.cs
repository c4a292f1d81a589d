using OrgGraph.Secrets;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>A data folder and the settings with which a server starts outside Development.</summary>
internal sealed class ProductionFolder : IDisposable
{
    public ProductionFolder() => KeyRing.Create(System.IO.Path.Combine(Path, "keys"));

    public string Path { get; } = Directory.CreateTempSubdirectory("orggraph-production-").FullName;

    public (string Key, string Value)[] Settings { get; } =
    [
        ("environment", "Production"),
        ("OrgGraph:Database:MigrateOnStart", "true"),
        ("OrgGraph:PublicUrl", "https://settings.test"),
        ("OrgGraph:Authentication:Issuers:0:Authority", "https://issuer.test"),
        ("OrgGraph:Authentication:Issuers:0:Audience", "orggraph"),
    ];

    public void Dispose()
    {
        TestDatabase.Drop(Path);
        Directory.Delete(Path, recursive: true);
    }
}
