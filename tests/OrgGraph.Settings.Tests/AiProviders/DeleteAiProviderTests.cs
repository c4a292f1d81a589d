using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

[Collection("AiProviders")]
public sealed class DeleteAiProviderTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Provider_is_gone_and_its_secrets_erased_when_deleted()
    {
        var made = await Owner.MutateAsync(
            "saveAiProvider",
            new { organizationId = Team.Id, type = "openai", secret = Provider.Secret, headers = new[] { new { name = "X-A", value = "header-value-that-is-long-enough-to-show" } } },
            "aiProvider { id version }");
        var aiProviderId = made.Text("aiProvider", "id");
        await using var heard = await Team.WatchAsync(Owner, "aiProvidersChanged", "... on AiProviderDeleted { aiProviderId }");

        var stale = await Owner.MutateAsync("deleteAiProvider", new { aiProviderId, expectedVersion = 1 });
        var deleted = await Owner.MutateAsync("deleteAiProvider", new { aiProviderId, expectedVersion = made.Version }, "deletedAiProviderId unavailableLoopModels");

        Assert.Equal(["ConflictError input.expectedVersion"], stale.Errors);
        Assert.Empty(deleted.Errors);
        Assert.Equal(aiProviderId, deleted.Text("deletedAiProviderId"));
        var told = await heard.NextEventAsync("AiProviderDeleted");
        Assert.Equal((aiProviderId, deleted.Version), (told.GetProperty("aiProviderId").GetString(), told.GetProperty("version").GetInt32()));
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(aiProviderId, "id")).ValueKind);
        Assert.Equal(0, await SecretRowsAsync());
        var left = Assert.Single(await RowsAsync());
        Assert.Equal((true, "", "[]"), (left.IsDeleted, left.Preview ?? "", left.Headers));
        Assert.Equal(["NotFoundError input.aiProviderId"], (await Owner.MutateAsync("deleteAiProvider", new { aiProviderId })).Errors);
    }

    [Fact]
    public async Task Providers_of_a_project_go_with_it()
    {
        var project = await Team.ProjectAsync("Bot");
        await Team.ProviderAsync("One", projectId: project);
        await Team.ProviderAsync("Two", "groq", project);
        await Team.ProviderAsync("Stays");
        await using var heard = await Team.WatchAsync(Owner, "organizationEvents");

        var deleted = await Owner.MutateAsync("deleteProject", new { projectId = project, confirmName = "Bot" }, "deletedAiProviderCount");

        Assert.Equal(2, deleted["deletedAiProviderCount"].GetInt32());
        Assert.Equal(["ProjectDeleted", "AiProviderDeleted", "AiProviderDeleted"], [(await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind()]);
        Assert.Equal(1, await SecretRowsAsync());
        Assert.Equal(1, (await Team.QueryAsync("aiProviders { totalCount }")).GetProperty("aiProviders").GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Refused_when_the_caller_may_not_and_unknown_when_it_is_hidden()
    {
        var (project, hidden) = (await Team.ProjectAsync("Bot"), await Team.ProjectAsync("Hidden"));
        var (own, secret, organizations) = (await Team.ProviderAsync("Own", projectId: project), await Team.ProviderAsync("Secret", projectId: hidden), await Team.ProviderAsync("Main"));
        var reader = (await Team.JoinWithAsync("READ", "PROJECT", project)).Client;
        var updater = (await Team.JoinAsync(await Team.GroupAsync("Of the bot", permissions: [Team.Right("READ", "PROJECT", project), Team.Right("UPDATE", "PROJECT", project)]))).Client;

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await DeleteAsync(reader, own)).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await DeleteAsync(reader, organizations)).Codes);
        Assert.Equal((await DeleteAsync(reader, Team.UnknownId(NodeType.AiProvider))).Text, (await DeleteAsync(reader, secret)).Text);
        Assert.Contains("NotFoundError", (await DeleteAsync(updater, secret)).Text, StringComparison.Ordinal);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await DeleteAsync(updater, organizations)).Codes);
        Assert.Empty((await updater.MutateAsync("deleteAiProvider", new { aiProviderId = own })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.TargetIdAsync(Team, "deleteAiProvider", "aiProviderId", NodeType.AiProvider, aiProviderId => new { aiProviderId });

    private static Task<Answer> DeleteAsync(Client client, string aiProviderId) => client.SendMutationAsync("deleteAiProvider", new { aiProviderId });

    private Guid Organization => GlobalId.Parse(Team.Id, "id").Id;

    private async Task<int> SecretRowsAsync() =>
        (await App.Services.GetRequiredService<Database>().QueryAsync(StoredSecretRow.Table, "OrganizationId = @organization", CancellationToken.None, ("organization", Organization))).Count;

    private async Task<List<OrgGraph.Settings.AiProviders.AiProviderRow>> RowsAsync() =>
        await App.Services.GetRequiredService<Database>().QueryAsync(OrgGraph.Settings.AiProviders.AiProviderRow.Table, "OrganizationId = @organization", CancellationToken.None, ("organization", Organization));
}
