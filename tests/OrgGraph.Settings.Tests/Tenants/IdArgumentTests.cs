using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Authorization;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Tenants;

/// <summary>
/// Every id that the schema takes, as it can be wrong: what is another tenant's answers like what nobody has, what was there once like
/// what never was; word for word, after as many database commands, and nothing changes.
/// </summary>
public sealed class IdArgumentTests(Cast cast) : IClassFixture<Cast>
{
    private static readonly Guid Nothing = new("0198a000-dead-7000-8000-00000000beef");
    private static readonly Who[] Asking = [Who.Owner, Who.OwnerKey, Who.Engineer, Who.Viewer];

    // These look in the directory what is the caller's, whatever the id: once. The audit log is in the database alone: a page, and how many there are.
    private static readonly Dictionary<string, int> LookingUp = new() { ["acceptInvitation"] = 1, ["declineInvitation"] = 1, ["node"] = 1, ["nodes"] = 1, ["auditLog"] = 2 };

    public static TheoryData<string> Positions => [.. IdPosition.All.Keys.Order(StringComparer.Ordinal)];

    private OrgGraphApp App => cast.App;

    [Fact]
    public void Places_are_those_of_the_schema() => Assert.InRange(IdPosition.All.Count, 40, 500);

    [Theory, Trait("Category", "Long")]
    [MemberData(nameof(Positions))]
    public async Task Answered_alike_when_an_id_is_foreign_unknown_or_retired(string name)
    {
        var position = IdPosition.All[name];
        foreach (var type in position.Wanted is { } wanted ? [wanted] : Enum.GetValues<NodeType>().Where(type => Makers.ContainsKey(type)))
        {
            var foreign = GlobalId.Parse(await Makers[type](cast.Foreign), "id");
            var own = GlobalId.Parse(await Makers[type](cast.Own), "id");
            List<string> outside = [foreign.ToString(), (foreign with { Id = Nothing }).ToString(), (foreign with { OrganizationId = foreign.OrganizationId is null ? null : Nothing, Id = Nothing }).ToString()];
            // The audit log tells what became of things that are gone.
            List<string> inside = [.. Inside(own), .. position.Field.Name.StringValue == "auditLog" ? [] : await RetiredAsync(type)];
            var sameForAll = !position.IsScope || type == NodeType.Organization;
            foreach (var who in Asking)
            {
                await AlikeAsync(position, who, sameForAll ? [.. outside, .. inside] : outside);
                if (!sameForAll && inside.Count > 0)
                {
                    await AlikeAsync(position, who, inside);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Positions))]
    public async Task Bad_user_input_when_an_id_cannot_be_decoded(string name)
    {
        var position = IdPosition.All[name];
        var good = await Makers[position.Wanted ?? NodeType.Project](cast.Own);
        string[] malformed = ["", " ", "!nonsense", "AAAA", good[..^1], good + "A", "=" + good, good + "==", new string('A', 44), new string('x', 5000), "\u0000", "é" + good[1..], "__proto__"];
        var answers = await AlikeAsync(position, Who.Owner, malformed);

        Assert.All(answers, answer => Assert.Contains("\"BAD_USER_INPUT\"", answer, StringComparison.Ordinal));
    }

    // Asks for each id, and holds the answers and what they cost against each other.
    private async Task<IReadOnlyList<string>> AlikeAsync(IdPosition position, Who who, IReadOnlyList<string> ids)
    {
        var requests = new List<Sample>();
        foreach (var id in ids)
        {
            requests.Add(await position.RequestAsync(cast.Own, id));
        }

        await AskAsync(position, who, requests[0]);
        var before = await DatabaseDump.ReadAsync(App);
        var answers = new List<string>();
        foreach (var (id, request) in ids.Zip(requests))
        {
            var (answer, reads, writes) = await CostAsync(position, who, request);
            answers.Add(answer);
            Assert.DoesNotContain("INTERNAL", answer, StringComparison.Ordinal);
            Assert.Equal((who, id, answers[0]), (who, id, answer));
            var allowed = LookingUp.GetValueOrDefault(position.Field.Name.StringValue);
            Assert.True(reads <= allowed, $"{who} by {id}: {reads} look-ups.");
            Assert.True(writes <= (position.IsMutation ? 1 : 0), $"{who} by {id}: {writes} transactions.");
        }

        Assert.Equal(before, await DatabaseDump.ReadAsync(App));
        return answers;
    }

    // What runs beside the requests may write at the same moment: the least of three counts. One such is the audit log's entry of a
    // refused mutation, which is written after each answer, whatever was refused.
    private async Task<(string Answer, int Reads, int Writes)> CostAsync(IdPosition position, Who who, Sample request)
    {
        var (answer, reads, writes) = ("", 0, int.MaxValue);
        for (var i = 0; i < 3 && writes > 0; i++)
        {
            var before = App.Database.Writes;
            (answer, var traceId) = await AskAsync(position, who, request);
            reads = App.Database.ReadsOf(traceId);
            writes = Math.Min(writes, App.Database.Writes - before);
        }

        return (answer, reads, writes);
    }

    private async Task<(string Answer, string TraceId)> AskAsync(IdPosition position, Who who, Sample request)
    {
        if (!position.IsSubscription)
        {
            var answer = await cast[who].SendAsync(request.Document, request.Variables);
            return (answer.Text, answer.TraceId);
        }

        await using var events = await cast[who].SubscribeAsync(request.Document, request.Variables);
        var first = await events.NextAsync();
        await events.CompletedAsync();
        return (first.ToString(), events.TraceId);
    }

    private static IEnumerable<string> Inside(GlobalId own)
    {
        if (own.Type != NodeType.Organization)
        {
            yield return (own with { Id = Nothing }).ToString();
        }

        // Good ids of the caller's organization, but of another kind.
        var organization = own.Organized ?? GlobalId.Parse(OrganizationOfAcme, "id").Id;
        yield return new GlobalId(own.Type == NodeType.Environment ? NodeType.Project : NodeType.Environment, organization, Nothing).ToString();
        if (own.Type is not (NodeType.Organization or NodeType.User))
        {
            yield return new GlobalId(NodeType.AuditLogEntry, organization, own.Id).ToString();
        }
    }

    private static string OrganizationOfAcme { get; } = new GlobalId(NodeType.Organization, null, new Guid("0198a000-ac3e-7000-8000-000000000001")).ToString();

    private static readonly Dictionary<NodeType, Func<Stage, Task<string>>> Makers = new()
    {
        [NodeType.Organization] = stage => Task.FromResult(stage.OrganizationId),
        [NodeType.Project] = stage => stage.ProjectAsync(),
        [NodeType.Environment] = stage => stage.EnvironmentAsync(),
        [NodeType.EnvironmentAssignment] = stage => stage.AssignmentAsync(),
        [NodeType.AiProvider] = stage => stage.AiProviderAsync(),
        [NodeType.EnvironmentVariable] = stage => stage.VariableAsync(),
        [NodeType.SlackAlert] = stage => stage.SlackAlertAsync(),
        [NodeType.PermissionGroup] = stage => stage.GroupAsync(),
        [NodeType.ApiKey] = stage => stage.KeyAsync(),
        [NodeType.Invitation] = stage => stage.InvitationAsync(),
        [NodeType.ServiceAccount] = stage => stage.AccountAsync(),
        [NodeType.ServiceToken] = stage => stage.TokenAsync(),
        [NodeType.Grant] = stage => stage.GrantAsync(),
        [NodeType.Member] = stage => stage.MemberAsync(),
        [NodeType.User] = async stage => GlobalId.User(GlobalId.Parse(await stage.MemberAsync(), "id").Id).ToString(),
    };

    /// <summary>An id that was good until a moment ago. Keys and invitations stay visible when they have ended.</summary>
    private async Task<string[]> RetiredAsync(NodeType type)
    {
        var (mutation, field) = type switch
        {
            NodeType.Project => ("deleteProject", "projectId"),
            NodeType.Environment => ("deleteEnvironment", "environmentId"),
            NodeType.EnvironmentVariable => ("deleteEnvironmentVariable", "environmentVariableId"),
            NodeType.EnvironmentAssignment => ("unassignVersion", "assignmentId"),
            NodeType.AiProvider => ("deleteAiProvider", "aiProviderId"),
            NodeType.SlackAlert => ("deleteSlackAlert", "slackAlertId"),
            NodeType.PermissionGroup => ("deletePermissionGroup", "permissionGroupId"),
            NodeType.Member => ("removeMember", "memberId"),
            NodeType.ServiceAccount => ("deleteServiceAccount", "serviceAccountId"),
            _ => ("", ""),
        };
        if (mutation.Length == 0)
        {
            return [];
        }

        var id = await Makers[type](cast.Own);
        var input = new Dictionary<string, object> { [field] = id };
        if (type == NodeType.Project)
        {
            input["confirmName"] = (await cast[Who.Owner].QueryAsync("query($id: ID!) { node(id: $id) { ... on Project { name } } }", new { id })).GetProperty("node").GetProperty("name").GetString()!;
        }

        Assert.Empty((await cast[Who.Owner].MutateAsync(mutation, input)).Errors);
        return [id];
    }
}
