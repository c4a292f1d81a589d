using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>What every argument of a kind must refuse, whatever the mutation: see "Who is refused, and how" in the contract.</summary>
public static class WrongInput
{
    /// <summary>Names that are no names.</summary>
    public static TheoryData<string> Names => new("", " \t ", new string('n', 257), "a\nb", "a\0b", "a\u0085b", "a\u007fb");

    /// <summary>Names that are the same as <c>Café</c>: by case, by Unicode form, by blanks around.</summary>
    public static TheoryData<string> SameNames => new("CAFÉ", "Cafe\u0301", "  café ", "CAFE\u0301");

    /// <summary>The id of the thing that a mutation is about.</summary>
    public static async Task TargetIdAsync(Team team, string mutation, string field, NodeType type, Func<string, object> input)
    {
        var other = await Team.FoundAsync(team.App);
        var foreign = await OneOfAsync(other, type);
        var anotherType = type == NodeType.PermissionGroup ? team.Owner.MemberId : team.Viewers;
        var before = await team.VersionAsync();

        var garbled = await team.Owner.Client.SendMutationAsync(mutation, input("!nonsense"));
        var stranger = await team.Owner.Client.SendMutationAsync(mutation, input(foreign));
        var unknown = await team.Owner.Client.MutateAsync(mutation, input(team.UnknownId(type)));
        var wrongType = await team.Owner.Client.MutateAsync(mutation, input(anotherType));

        Assert.Equal(["BAD_USER_INPUT"], garbled.Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], stranger.Codes);
        Assert.Equal([$"NotFoundError input.{field}"], unknown.Errors);
        Assert.Equal([$"NotFoundError input.{field}"], wrongType.Errors);
        Assert.Null(unknown.Version);
        Assert.Equal(before, await team.VersionAsync());
    }

    /// <summary>The id of the organization that a mutation is about.</summary>
    public static async Task OrganizationIdAsync(Team team, string mutation, Func<string, object> input)
    {
        var other = await Team.FoundAsync(team.App);
        foreach (var (id, code) in new[]
        {
            ("!nonsense", "BAD_USER_INPUT"), (other.Id, "AUTH_NOT_AUTHORIZED"), (team.UnknownId(NodeType.Organization), "AUTH_NOT_AUTHORIZED"), (team.Viewers, "AUTH_NOT_AUTHORIZED"),
        })
        {
            var answer = await team.Owner.Client.SendMutationAsync(mutation, input(id));

            Assert.Equal([code], answer.Codes);
            Assert.Equal(JsonValueKind.Null, answer.Data.GetProperty(mutation).ValueKind);
        }
    }

    /// <summary>An id within a list, or one beside the thing that a mutation is about.</summary>
    public static async Task OtherIdAsync(Team team, string mutation, string path, NodeType type, Func<string, object> input)
    {
        var other = await Team.FoundAsync(team.App);
        var before = await team.VersionAsync();
        var garbled = await team.Owner.Client.SendMutationAsync(mutation, input("!nonsense"));
        Assert.Equal(["BAD_USER_INPUT"], garbled.Codes);
        foreach (var id in new[] { await OneOfAsync(other, type), team.UnknownId(type), team.Id })
        {
            var answer = await team.Owner.Client.MutateAsync(mutation, input(id));

            Assert.Equal([$"NotFoundError {path}"], answer.Errors);
        }

        Assert.Equal(before, await team.VersionAsync());
    }

    /// <summary>A list of ids with one twice, and one with 101.</summary>
    public static async Task IdListAsync(Team team, string mutation, string field, NodeType type, string good, Func<string[], object> input)
    {
        string[] many = [.. Enumerable.Repeat(team.UnknownId(type), 101)];

        var twice = await team.Owner.Client.MutateAsync(mutation, input([good, good]));
        var tooMany = await team.Owner.Client.MutateAsync(mutation, input(many));

        Assert.Equal([$"ValidationError input.{field}.1"], twice.Errors);
        Assert.Equal([$"ValidationError input.{field}"], tooMany.Errors);
    }

    /// <summary>A name that holds half a character: it can be sent only by an escape, which the serializer does not write.</summary>
    /// <param name="input">The input with <c>@</c> where the name goes, as JSON.</param>
    public static async Task LoneSurrogateAsync(Client client, string mutation, string input)
    {
        var type = char.ToUpperInvariant(mutation[0]) + mutation[1..] + "Input!";
        var query = $"mutation($input: {type}) {{ {mutation}(input: $input) {{ version errors {{ __typename ... on UserError {{ path }} }} }} }}";
        var body = $"{{\"query\":{JsonSerializer.Serialize(query)},\"variables\":{{\"input\":{input.Replace("@", @"a\ud800b", StringComparison.Ordinal)}}}}}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", client.Credential);
        using var response = await client.App.Http.SendAsync(request);
        var answer = await Answer.ReadAsync(response);

        Assert.True(
            (int)response.StatusCode == 400 || new Payload(answer.Data.GetProperty(mutation)).Errors is ["ValidationError input.name"], $"{response.StatusCode} {answer.Text}");
    }

    private static async Task<string> OneOfAsync(Team team, NodeType type) => type switch
    {
        NodeType.Member => team.Owner.MemberId,
        NodeType.PermissionGroup => team.Viewers,
        NodeType.Project => await team.ProjectAsync("Foreign"),
        NodeType.Environment => await team.EnvironmentAsync("Foreign"),
        NodeType.EnvironmentAssignment => await team.AssignAsync(await team.EnvironmentAsync("Foreign"), await team.ProjectAsync("Foreign"), "prompt-1", "1"),
        NodeType.AiProvider => await team.ProviderAsync("Foreign"),
        NodeType.EnvironmentVariable => await team.VariableAsync("FOREIGN"),
        NodeType.User => team.Owner.UserId,
        NodeType.ServiceAccount => (await team.AccountAsync("Foreign", [team.Viewers])).Id,
        NodeType.ServiceToken => (await team.AccountAsync("Foreign", [team.Viewers])).TokenId,
        NodeType.Grant => await team.GrantAsync(team.Owner.UserId, "READ", new { type = "AUDIT_LOG" }),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
