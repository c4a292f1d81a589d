using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Browser;

/// <summary>Banana Cake Pop against the whole server, in a real browser.</summary>
public sealed class IdeTests
{
    [SkippableFact]
    public async Task Query_and_subscription_work_when_the_page_is_opened()
    {
        var web = Repository.PathOf("src/OrgGraph.Server/wwwroot");
        Skip.IfNot(File.Exists(Path.Combine(web, "graphql", "index.html")), "The server was built without Node, and so without its IDE.");
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:Ide", "BananaCakePop"), ("webroot", web)]);
        var olivia = await app.OliviaAsync();
        var number = 0;

        await IdeWalk.RunAsync(new IdeScenario(
            app.Address.GetLeftPart(UriPartial.Authority),
            olivia.Credential!,
            "query Who { viewer { principal { displayName } organizations { nodes { name } } } }",
            "Olivia",
            $"subscription Watch {{ projectsChanged(organizationId: \"{app.Acme}\") {{ __typename ... on ProjectCreated {{ subjectName }} }} }}",
            () => olivia.MutateAsync("createProject", new { organizationId = app.Acme, name = $"Seen in the browser {++number}" }),
            "Seen in the browser"));
    }
}
