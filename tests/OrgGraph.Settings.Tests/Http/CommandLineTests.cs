using OrgGraph.Settings.Tests.Schema;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>The command line, in a process of its own. `keys create` and `database migrate` are in <see cref="StartTests"/>.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly ServerProcess _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Schema_is_printed_when_exported()
    {
        var printed = await _server.RunAsync("schema export");
        var written = await _server.RunAsync("schema export --output schema.graphql");

        Assert.Equal((0, PrintedSchema.Text, ""), printed);
        Assert.Equal((0, "", ""), written);
        Assert.Equal(PrintedSchema.Text, await File.ReadAllTextAsync(Path.Combine(_server.Folder, "schema.graphql")));
        Assert.False(Directory.Exists(_server.Data), "Printing the schema needs no data folder.");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("schema")]
    [InlineData("schema exprot")]
    [InlineData("schema export --otput x")]
    [InlineData("keys create too many")]
    [InlineData("bench seed")]
    [InlineData("organization")]
    [InlineData("organization archive")]
    [InlineData("organization archive One Two")]
    [InlineData("organization list Acme")]
    public async Task Usage_is_wrong_when_the_command_is_none(string arguments)
    {
        var (exit, output, error) = await _server.RunAsync(arguments);

        Assert.Equal((2, ""), (exit, output));
        Assert.NotEqual("", error);
    }

    [Fact]
    public async Task Help_is_shown_when_asked_for()
    {
        var (exit, output, _) = await _server.RunAsync("--help");

        Assert.Equal(0, exit);
        Assert.Contains("schema", output, StringComparison.Ordinal);
    }
}
