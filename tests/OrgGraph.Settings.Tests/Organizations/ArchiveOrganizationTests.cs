using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Organizations;

/// <summary>What an operator's archive stops, and what a restore brings back, on the node that does it. Other processes: <see cref="OrganizationCommandsTests"/>.</summary>
[Collection("Organizations")]
public sealed class ArchiveOrganizationTests(SharedServer server) : TeamTest(server)
{
    private const string Kind = "{ viewer { credential { kind } } }";
    private const string Events = "subscription($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { __typename version actorName subjectName } }";

    private OrganizationArchive Operator => App.Services.GetRequiredService<OrganizationArchive>();

    [Fact]
    public async Task Keys_and_tokens_are_refused_when_archived_and_good_again_when_restored()
    {
        var (key, account) = (await Team.KeyAsync(Team.Owner), await Team.AccountAsync("Runner", [Team.Viewers]));
        var unknown = App.With(OrgGraph.Secrets.CredentialToken.Create(OrgGraph.Secrets.CredentialKind.ApiKey).Token.Reveal());

        await ArchiveAsync();

        Assert.Equal(401, (int)(await key.SendAsync(Kind)).Status);
        Assert.Equal(401, (int)(await account.Client.SendAsync(Kind)).Status);
        Assert.Equal(await ReadsAsync(unknown), await ReadsAsync(key));

        await RestoreAsync();

        Assert.Equal(200, (int)(await key.SendAsync(Kind)).Status);
        Assert.Equal(200, (int)(await account.Client.SendAsync(Kind)).Status);
    }

    [Fact]
    public async Task Nothing_is_answered_for_it_when_archived()
    {
        var project = await Team.ProjectAsync("Bot");
        var vera = await Team.JoinAsync(Team.Viewers);

        await ArchiveAsync();

        foreach (var client in new[] { Owner, vera.Client })
        {
            var seen = await client.QueryAsync(
                "query($id: ID!, $name: String!, $project: ID!) { byId: organization(id: $id) { id } byName: organization(name: $name) { id } node(id: $project) { id } viewer { organizations { totalCount } } }",
                new { id = Team.Id, name = Team.Name, project });
            Assert.All(new[] { "byId", "byName", "node" }, field => Assert.Equal(JsonValueKind.Null, seen.GetProperty(field).ValueKind));
            Assert.Equal(0, seen.GetProperty("viewer").GetProperty("organizations").GetProperty("totalCount").GetInt32());
            Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await client.SendMutationAsync("createProject", new { organizationId = Team.Id, name = "New" })).Codes);
            Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await client.SendAsync("query($id: ID!) { runtime(organizationId: $id) { gitMetadata { collect } } }", new { id = Team.Id })).Codes);
            await using var refused = await client.SubscribeAsync(Events, new { id = Team.Id });
            Assert.Equal("AUTH_NOT_AUTHORIZED", Code(await refused.NextAsync()));
            await refused.CompletedAsync();
        }

        var taken = await Owner.MutateAsync("createOrganization", new { name = Team.Name.ToUpperInvariant() });
        Assert.Equal(["ConflictError input.name"], taken.Errors);

        await RestoreAsync();

        Assert.Equal(Team.Name, (await Team.QueryAsync("name")).GetProperty("name").GetString());
        Assert.Equal(project, (await Team.NodeAsync(vera.Client, project, "id")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Streams_end_and_sockets_of_its_credentials_close_when_archived()
    {
        var key = await Team.KeyAsync(Team.Owner);
        var vera = await Team.JoinAsync(Team.Viewers);
        await using var bySession = await vera.Client.SubscribeAsync(Events, new { id = Team.Id });
        await using var byKey = await key.SubscribeAsync(Events, new { id = Team.Id });
        using var socketOfSession = await SocketReader.SubscribeAsync(vera.Client, "subscription($id: ID!) { projectsChanged(organizationId: $id) { __typename } }", new { id = Team.Id });
        using var socketOfKey = await SocketReader.SubscribeAsync(key, "subscription($id: ID!) { projectsChanged(organizationId: $id) { __typename } }", new { id = Team.Id });

        await ArchiveAsync();

        await EndsWithAsync(bySession, "AUTH_NOT_AUTHORIZED");
        await EndsWithAsync(byKey, "AUTH_NOT_AUTHENTICATED");
        var next = (await socketOfSession.ReceiveAsync())!.Value;
        Assert.Equal(("next", "AUTH_NOT_AUTHORIZED"), (next.GetProperty("type").GetString(), Code(next.GetProperty("payload"))));
        Assert.Equal("complete", (await socketOfSession.ReceiveAsync())!.Value.GetProperty("type").GetString());
        var (code, types) = await socketOfKey.ClosedAsync();
        Assert.Equal(4403, code);
        Assert.DoesNotContain("complete", types);
    }

    [Fact]
    public async Task Stream_goes_on_with_what_happened_when_restored()
    {
        var cursor = (await Team.QueryAsync("cursor")).GetProperty("cursor").GetString();
        var archived = await ArchiveAsync();
        var restored = await RestoreAsync();

        await using var events = await Owner.SubscribeAsync(Events, new { id = Team.Id, after = cursor });
        await Team.ProjectAsync("Later");

        var (first, second, third) = (await events.NextEventAsync(), await events.NextEventAsync(), await events.NextEventAsync("ProjectCreated"));
        Assert.Equal(("OrganizationArchived", "OrganizationRestored"), (first.Kind(), second.Kind()));
        Assert.Equal((Team.Name, "OrgGraph"), (first.GetProperty("subjectName").GetString(), first.GetProperty("actorName").GetString()));
        var version = first.GetProperty("version").GetInt32();
        Assert.Equal((version + 1, version + 2), (second.GetProperty("version").GetInt32(), third.GetProperty("version").GetInt32()));
        Assert.True(archived.IsChanged && restored.IsChanged);
    }

    [Fact]
    public async Task Invitation_is_void_while_archived()
    {
        var email = $"guest{Team.NextNumber()}@archive.test";
        await Owner.MutateAsync("inviteMembers", new { organizationId = Team.Id, emails = new[] { email }, groupIds = new[] { Team.Viewers } });
        var token = await App.TokenOfAsync(email);
        var guest = await App.SignInAsync(email);

        await ArchiveAsync();

        var seen = await guest.QueryAsync("query($token: String!) { invitation(token: $token) { email } viewer { invitations { email } } }", new { token });
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("invitation").ValueKind);
        Assert.Equal(0, seen.GetProperty("viewer").GetProperty("invitations").GetArrayLength());
        Assert.Equal(["InvitationInvalidError input"], (await guest.MutateAsync("acceptInvitation", new { token })).Errors);

        await RestoreAsync();

        Assert.Empty((await guest.MutateAsync("acceptInvitation", new { token })).Errors);
    }

    [Fact]
    public async Task Nothing_happens_when_it_is_so_already_or_there_is_none()
    {
        var before = await Team.VersionAsync();
        Assert.False((await Operator.RestoreAsync(Team.Name, CancellationToken.None))!.IsChanged);
        await ArchiveAsync();
        var again = (await Operator.ArchiveAsync($" {Team.Name.ToUpperInvariant()} ", CancellationToken.None))!;

        Assert.False(again.IsChanged);
        Assert.Equal((Team.Id, Team.Name, App.Clock.GetUtcNow()), (again.Organization.Id, again.Organization.Name, again.Organization.ArchivedAt));
        Assert.Null(await Operator.ArchiveAsync("No such organization", CancellationToken.None));
        await RestoreAsync();
        Assert.Equal(before + 2, await Team.VersionAsync());
    }

    [Fact]
    public async Task State_of_each_is_listed_by_name()
    {
        await Owner.MutateAsync("requestOrganizationDeletion", new { organizationId = Team.Id, confirmName = Team.Name });
        var other = await Team.FoundAsync(App);
        await Operator.ArchiveAsync(other.Name, CancellationToken.None);

        var all = await Operator.ListAsync(CancellationToken.None);

        var (own, archived) = (all.Single(one => one.Id == Team.Id), all.Single(one => one.Id == other.Id));
        Assert.Equal((Team.Name, App.Clock.GetUtcNow().AddDays(30), null), (own.Name, own.DeletionDueAt, own.ArchivedAt));
        Assert.Equal((other.Name, null, App.Clock.GetUtcNow()), (archived.Name, archived.DeletionDueAt, archived.ArchivedAt));
        Assert.Contains(all, one => one is { Name: "Acme", DeletionDueAt: null, ArchivedAt: null });
        Assert.Equal(all.Select(one => one.Name.ToLowerInvariant()).Order(StringComparer.Ordinal), all.Select(one => one.Name.ToLowerInvariant()));
    }

    private async Task<ArchivingOutcome> ArchiveAsync() => (await Operator.ArchiveAsync(Team.Name, CancellationToken.None))!;

    private async Task<ArchivingOutcome> RestoreAsync() => (await Operator.RestoreAsync(Team.Name, CancellationToken.None))!;

    private async Task<int> ReadsAsync(Client client)
    {
        var answer = await client.SendAsync(Kind);
        Assert.Equal(401, (int)answer.Status);
        return App.Database.ReadsOf(answer.TraceId);
    }

    // Passes over events that were told before the end.
    private static async Task EndsWithAsync(EventReader events, string code)
    {
        JsonElement next;
        do
        {
            next = await events.NextAsync();
        }
        while (!next.TryGetProperty("errors", out _));

        Assert.Equal(code, Code(next));
        await events.CompletedAsync();
    }

    private static string Code(JsonElement result) => result.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString()!;
}

/// <summary>Work of an archived organization rests, and a due deletion is the operators' to act on.</summary>
public sealed class ArchivedWorkTests : OrgGraphTest
{
    private const string Warning = "The deletion of the organization Acme was requested and is due";

    private OrganizationArchive Operator => App.Services.GetRequiredService<OrganizationArchive>();

    [Fact]
    public async Task Expiry_is_recorded_when_restored_and_not_before()
    {
        var olivia = await App.OliviaAsync();
        var (_, cursor) = await olivia.PlaceAsync();
        var (_, key) = await olivia.MakeKeyAsync("Brief", App.Clock.GetUtcNow().AddMinutes(1));
        var (_, lasting) = await olivia.MakeKeyAsync("Lasting");
        await Operator.ArchiveAsync("Acme", CancellationToken.None);

        await App.PassAsync(TimeSpan.FromMinutes(10));
        await Operator.RestoreAsync("Acme", CancellationToken.None);
        var kinds = (await App.EventsSinceAsync(cursor)).Select(happened => happened.Kind()).Where(kind => kind is not "MemberActive").ToList();
        await App.DoDueWorkAsync();
        var later = (await App.EventsSinceAsync(cursor)).Select(happened => happened.Kind());

        Assert.Equal(["ApiKeyCreated", "ApiKeyCreated", "OrganizationArchived", "OrganizationRestored"], kinds.Take(4));
        Assert.Contains("ApiKeyExpired", later);
        Assert.Equal(401, (int)(await key.SendAsync("{ viewer { credential { kind } } }")).Status);
        Assert.Equal(200, (int)(await lasting.SendAsync("{ viewer { credential { kind } } }")).Status);
    }

    [Fact]
    public async Task Mail_waits_while_archived_and_is_sent_when_restored()
    {
        var before = await ArchiveWithMailWaitingAsync();

        await App.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal(before, (await App.MailsAsync()).Count);

        await Operator.RestoreAsync("Acme", CancellationToken.None);
        Assert.Equal(before + 1, (await App.MailsAsync()).Count);
    }

    [Fact]
    public async Task Mail_is_not_sent_when_its_link_is_over_by_the_restore()
    {
        var before = await ArchiveWithMailWaitingAsync();

        await App.PassAsync(TimeSpan.FromDays(8));
        await Operator.RestoreAsync("Acme", CancellationToken.None);

        Assert.Equal(before, (await App.MailsAsync()).Count);
    }

    [Fact]
    public async Task Operators_are_told_once_when_a_deletion_is_due_and_nothing_is_archived()
    {
        await RequestAsync();

        await App.PassAsync(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));
        Assert.Equal(0, Warnings());

        await App.PassAsync(TimeSpan.FromMinutes(1));
        await App.PassAsync(TimeSpan.FromDays(1));
        Assert.Equal(1, Warnings());
        var seen = await (await App.OliviaAsync()).QueryAsync("query($id: ID!) { organization(id: $id) { deletionRequest { dueAt } } }", new { id = App.Acme });
        Assert.Equal(JsonValueKind.Object, seen.GetProperty("organization").GetProperty("deletionRequest").ValueKind);
    }

    [Fact]
    public async Task Operators_are_told_of_the_last_request_only_when_it_was_cancelled_between()
    {
        await RequestAsync();
        await App.PassAsync(TimeSpan.FromDays(10));
        Assert.Empty((await (await App.OliviaAsync()).MutateAsync("cancelOrganizationDeletion", new { organizationId = App.Acme })).Errors);
        await App.PassAsync(TimeSpan.FromDays(1));
        await RequestAsync();

        await App.PassAsync(TimeSpan.FromDays(20));
        Assert.Equal(0, Warnings());

        await App.PassAsync(TimeSpan.FromDays(10));
        Assert.Equal(1, Warnings());
    }

    // An invitation is there whose mail could not be written yet.
    private async Task<int> ArchiveWithMailWaitingAsync()
    {
        var before = (await App.MailsAsync()).Count;
        var folder = Path.Combine(App.DataDirectory, "mail");
        Directory.Move(folder, folder + "-away");
        await File.WriteAllTextAsync(folder, "in the way");
        await (await App.OliviaAsync()).InviteAsync("late@archive.test");
        await App.DoDueWorkAsync();
        await Operator.ArchiveAsync("Acme", CancellationToken.None);
        File.Delete(folder);
        Directory.Move(folder + "-away", folder);
        return before;
    }

    private int Warnings() => App.Logs.Lines.Count(line => line.Contains(Warning, StringComparison.Ordinal));

    private async Task RequestAsync() =>
        Assert.Empty((await (await App.OliviaAsync()).MutateAsync("requestOrganizationDeletion", new { organizationId = App.Acme, confirmName = "Acme" })).Errors);
}
