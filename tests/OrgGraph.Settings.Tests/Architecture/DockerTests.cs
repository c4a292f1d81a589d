using System.Reflection;
using System.Text.RegularExpressions;
using OrgGraph.Server;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Architecture;

/// <summary>The files in docker/ name paths and settings that exist. No container is run.</summary>
public sealed partial class DockerTests
{
    private static readonly string Compose = Repository.Read("docker/compose.yaml");

    [Fact]
    public void Image_is_built_from_paths_that_exist()
    {
        var copied = Copied().Matches(Repository.Read("docker/Dockerfile")).SelectMany(match => match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1]).ToList();

        Assert.Contains("src/OrgGraph.Server/OrgGraph.Server.csproj", copied);
        Assert.All(copied, path => Assert.True(Path.Exists(Repository.PathOf(path)), path));
    }

    [Fact]
    public void Every_setting_is_one_of_the_server()
    {
        var named = Setting().Matches(Compose + Repository.Read("docker/orggraph.env") + Repository.Read("docker/prepare.sh") + Repository.Read("docker/Dockerfile")).Select(match => match.Value).Distinct().ToList();

        Assert.Contains("OrgGraph__BackPlane__Redis", named);
        Assert.All(named, name => Assert.True(Exists(typeof(OrgGraphOptions), name.Split("__")[1..]), name));
        Assert.False(Exists(typeof(OrgGraphOptions), ["BackPlane", "Rabbit"]));
    }

    [Fact]
    public void Every_file_is_there_or_made_by_the_script()
    {
        var script = Repository.Read("docker/prepare.sh");
        foreach (var path in File().Matches(Compose).Select(match => match.Groups[1].Value))
        {
            Assert.True(
                path.StartsWith("secrets/", StringComparison.Ordinal) ? script.Contains($"\"$making/{path["secrets/".Length..]}\"", StringComparison.Ordinal) : System.IO.File.Exists(Repository.PathOf("docker/" + path)),
                path);
        }

        Assert.Contains("/docker/secrets/", Repository.Read(".gitignore"), StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_run_with_as_little_as_they_need()
    {
        foreach (var needed in new[] { "read_only: true", "cap_drop: [ALL]", "no-new-privileges:true" })
        {
            Assert.Contains(needed, Compose, StringComparison.Ordinal);
        }

        var image = Repository.Read("docker/Dockerfile");
        Assert.Contains("USER $APP_UID", image, StringComparison.Ordinal);
        Assert.Contains("HEALTHCHECK", image, StringComparison.Ordinal);
        Assert.DoesNotContain("assword=", Repository.Read("docker/orggraph.env") + Compose + image, StringComparison.Ordinal);
    }

    [Fact]
    public void Proxy_passes_to_the_servers_that_there_are()
    {
        var servers = Upstream().Matches(Repository.Read("docker/Caddyfile")).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(["server-1", "server-2"], servers);
        Assert.All(servers, server => Assert.Contains($"\n  {server}:\n", Compose, StringComparison.Ordinal));
        Assert.Contains("flush_interval -1", Repository.Read("docker/Caddyfile"), StringComparison.Ordinal);
    }

    private static bool Exists(Type type, string[] path)
    {
        foreach (var part in path)
        {
            if (type.IsGenericType && int.TryParse(part, out _))
            {
                type = type.GetGenericArguments()[0];
            }
            else if (type.GetProperty(part, BindingFlags.Public | BindingFlags.Instance) is { } property)
            {
                type = property.PropertyType;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    [GeneratedRegex(@"^COPY (?!--from)(.+)$", RegexOptions.Multiline)]
    private static partial Regex Copied();

    [GeneratedRegex(@"OrgGraph__\w+")]
    private static partial Regex Setting();

    [GeneratedRegex(@"(?:\bfile: |env_file: |- \./)([\w./-]+?)(?::|\s|$)", RegexOptions.Multiline)]
    private static partial Regex File();

    [GeneratedRegex(@"(server-\d+):8080")]
    private static partial Regex Upstream();
}
