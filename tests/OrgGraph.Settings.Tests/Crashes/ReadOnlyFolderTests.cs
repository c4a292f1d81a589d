using OrgGraph.Settings.Tests.Http;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>A data folder, or a file in it, that cannot be written: no start, and the reason.</summary>
[Trait("Category", "Long"), Trait("Category", "Sqlite"), Collection(CrashTests.Name)]
public sealed class ReadOnlyFolderTests
{
    private const string Nobody = "65534";
    private static readonly string[] AsNobody = ["setpriv", "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups"];
    private static readonly (string, string)[] Demo = [("ASPNETCORE_ENVIRONMENT", "Development"), ("ASPNETCORE_URLS", "http://127.0.0.1:0")];

    [SkippableFact]
    public async Task Refused_on_a_read_only_mount()
    {
        using var place = new ServerProcess();
        await ServeOnceAsync(place);
        using var mount = Mounted.ReadOnly(place.Data);

        await RefusedAsync(place, $"The data folder {place.Data} cannot be written");
    }

    [SkippableFact]
    public async Task Refused_in_a_folder_of_another_user()
    {
        using var place = await OfRootAsync();
        Mounted.Run("chmod", "-R", "go+rX", place.Data);

        await RefusedAsync(place, $"The data folder {place.Data} cannot be written");
    }

    [SkippableFact]
    public async Task Refused_with_a_database_of_another_user()
    {
        using var place = await OfRootAsync();
        Mounted.Run("chown", "-R", Nobody, place.Data);
        foreach (var file in Directory.GetFiles(place.Data, "orggraph.db*"))
        {
            Mounted.Run("chown", "root", file);
            Mounted.Run("chmod", "644", file);
        }

        await RefusedAsync(place, "The database cannot be written");
    }

    [SkippableFact]
    public async Task Refused_with_keys_of_another_user()
    {
        using var place = await OfRootAsync();
        Mounted.Run("chown", "-R", Nobody, place.Data);
        Mounted.Run("chown", "-R", "root", Path.Combine(place.Data, "keys"));

        await RefusedAsync(place, "keys");
    }

    // The folder is made and filled by root, and then served by another user.
    private static async Task<ServerProcess> OfRootAsync()
    {
        Skip.IfNot(Environment.UserName == "root", "Needs root: files of another user are the matter.");
        var (exit, error) = Mounted.Run(AsNobody[0], [.. AsNobody[1..], "test", "-r", Path.Combine(AppContext.BaseDirectory, "OrgGraph.Server.dll")]);
        Skip.If(exit != 0, $"Another user cannot be (setpriv), or cannot read the server where it was built. {error}");
        var place = new ServerProcess { Through = AsNobody };
        Mounted.Run("chmod", "755", place.Folder);
        using var asRoot = new ServerProcess();
        await ServeOnceAsync(asRoot);
        Directory.Move(asRoot.Data, place.Data);
        return place;
    }

    private static async Task ServeOnceAsync(ServerProcess place)
    {
        await using var server = await RunningServer.StartAsync(place);
        server.Terminate();
        Assert.Equal(0, await server.ExitAsync());
    }

    private static async Task RefusedAsync(ServerProcess place, string reason)
    {
        var before = Files(place);

        var (exit, output, error) = await place.RunAsync("", Demo);

        Assert.True(exit == 1, $"Exit {exit}: {output} {error}");
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(before, Files(place));
    }

    // SQLite makes an index, and an empty log, to read with.
    private static string[] Files(ServerProcess place) =>
        [.. Directory.GetFiles(place.Data, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("-shm", StringComparison.Ordinal) && !(file.EndsWith("-wal", StringComparison.Ordinal) && new FileInfo(file).Length == 0)).Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")];
}
