using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

[Collection("AiProviders")]
public sealed class DemoProvidersTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Demo_has_a_provider_of_the_organization_and_one_of_a_project()
    {
        var olivia = await App.OliviaAsync();

        var seen = await olivia.QueryAsync("{ organization(name: \"Acme\") { loop { ready } aiProviders { nodes { name preview } } project(name: \"Support bot\") { aiProviders { nodes { name type } } } } }");

        Assert.Equal(
            """{"loop":{"ready":true},"aiProviders":{"nodes":[{"name":"OPENAI_API_KEY","preview":"dem...0001"}]},"project":{"aiProviders":{"nodes":[{"name":"ANTHROPIC_API_KEY","type":"anthropic"}]}}}""",
            seen.GetProperty("organization").GetRawText());
    }
}
