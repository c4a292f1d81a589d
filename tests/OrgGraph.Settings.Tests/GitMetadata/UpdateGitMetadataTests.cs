using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.GitMetadata;

[Collection("GitMetadata")]
public sealed class UpdateGitMetadataTests(SharedServer server) : TeamTest(server)
{
    private const string Settings = "gitMetadata { version policy { collect fields } }";

    [Fact]
    public async Task None_is_set_at_first()
    {
        var settings = (await Team.QueryAsync(Settings)).GetProperty("gitMetadata");

        Assert.Equal(0, settings.GetProperty("version").GetInt32());
        Assert.Equal(JsonValueKind.Null, settings.GetProperty("policy").ValueKind);
    }

    [Fact]
    public async Task Policy_is_set_changed_and_removed_and_each_is_told()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        await using var heard = await Team.WatchAsync(vera.Client, "gitMetadataChanged", "... on GitMetadataUpdated { gitMetadata { version policy { collect fields } } }");

        var set = await UpdateAsync(new { organizationId = Team.Id, policy = new { collect = "SOME", fields = new[] { "TAG", "COMMIT", "TAG" } } });
        var changed = await UpdateAsync(new { organizationId = Team.Id, policy = new { collect = "ALL" } });
        var cleared = await UpdateAsync(new { organizationId = Team.Id, policy = new { collect = "NONE", fields = (string[]?)null } });
        var removed = await UpdateAsync(new { organizationId = Team.Id, policy = (object?)null });

        Assert.Equal("SOME COMMIT TAG", Policy(set));
        // Kept, so that who turns it on again finds what was ticked.
        Assert.Equal("ALL COMMIT TAG", Policy(changed));
        Assert.Equal("NONE", Policy(cleared));
        Assert.Equal("", Policy(removed));
        foreach (var made in new[] { set, changed, cleared, removed })
        {
            Assert.Equal(made.Version, made["organization", "gitMetadata", "version"].GetInt32());
            var told = await heard.NextEventAsync("GitMetadataUpdated");
            Assert.Equal((made.Version, "Git metadata"), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
            Assert.True(told.GetProperty("gitMetadata").GetProperty("version").GetInt32() >= made.Version);
        }
    }

    [Fact]
    public async Task No_version_when_nothing_changes()
    {
        await UpdateAsync(new { organizationId = Team.Id, policy = new { collect = "SOME", fields = new[] { "COMMIT", "TAG" } } });

        foreach (var input in new object[]
        {
            new { organizationId = Team.Id }, new { organizationId = Team.Id, policy = new { collect = "SOME", fields = new[] { "TAG", "COMMIT" } } },
        })
        {
            var same = await UpdateAsync(input);

            Assert.Empty(same.Errors);
            Assert.Null(same.Version);
            Assert.Equal("SOME COMMIT TAG", Policy(same));
        }

        var other = await Team.FoundAsync(App);
        Assert.Null((await other.Owner.Client.MutateAsync("updateGitMetadata", new { organizationId = other.Id, policy = (object?)null })).Version);
    }

    [Fact]
    public async Task Refused_when_some_of_nothing_or_stale()
    {
        foreach (var policy in new object[] { new { collect = "SOME" }, new { collect = "SOME", fields = Array.Empty<string>() }, new { collect = "SOME", fields = (string[]?)null } })
        {
            var refused = await UpdateAsync(new { organizationId = Team.Id, policy });

            Assert.Equal(["ValidationError input.policy.fields"], refused.Errors);
            Assert.Null(refused.Version);
            Assert.Equal(JsonValueKind.Null, refused["organization"].ValueKind);
        }

        var set = await UpdateAsync(new { organizationId = Team.Id, policy = new { collect = "ALL" }, expectedVersion = 0 });
        Assert.Equal(["ConflictError input.expectedVersion"], (await UpdateAsync(new { organizationId = Team.Id, policy = new { collect = "NONE" }, expectedVersion = 0 })).Errors);
        Assert.Empty((await UpdateAsync(new { organizationId = Team.Id, policy = new { collect = "NONE" }, expectedVersion = set.Version })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_caller_does_not_manage_settings()
    {
        var (eli, settler) = (await Team.JoinAsync(Team.Engineers), await Team.JoinWithAsync("UPDATE", "ORGANIZATION"));
        var input = new { organizationId = Team.Id, policy = new { collect = "NONE" } };

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await eli.Client.SendMutationAsync("updateGitMetadata", input)).Codes);
        Assert.Empty((await settler.Client.MutateAsync("updateGitMetadata", input)).Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() => await WrongInput.OrganizationIdAsync(Team, "updateGitMetadata", organizationId => new { organizationId });

    private Task<Payload> UpdateAsync(object input) => Owner.MutateAsync("updateGitMetadata", input, $"organization {{ {Settings} }}");

    private static string Policy(Payload payload)
    {
        var policy = payload["organization", "gitMetadata", "policy"];
        return policy.ValueKind == JsonValueKind.Null
            ? ""
            : string.Join(' ', policy.GetProperty("fields").EnumerateArray().Select(field => field.GetString()).Prepend(policy.GetProperty("collect").GetString()));
    }
}
