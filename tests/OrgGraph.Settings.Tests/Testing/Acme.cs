using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>What tests do in the demo organization, by intent.</summary>
public static partial class Acme
{
    public const string Keys = "query($id: ID!, $where: ApiKeyFilter, $order: [ApiKeyOrder!], $first: Int, $after: String) { organization(id: $id) { "
        + "apiKeys(where: $where, order: $order, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id name status lastUsedAt creator { displayName } } } } }";

    /// <summary>Makes a key of the client's own.</summary>
    public static async Task<(string Id, Client Key)> MakeKeyAsync(this Client client, string name = "Key", DateTimeOffset? expiresAt = null)
    {
        var made = await client.MutateAsync("createApiKey", new { organizationId = client.App.Acme, name, expiresAt }, "secret apiKey { id }");
        return (made.Text("apiKey", "id"), client.App.With(made.Text("secret")));
    }

    /// <summary>The names of the keys that the client sees.</summary>
    public static async Task<string[]> KeyNamesAsync(this Client client, object? where = null, object? order = null)
    {
        var data = await client.QueryAsync(Keys, new { id = client.App.Acme, where, order });
        return [.. data.GetProperty("organization").GetProperty("apiKeys").GetProperty("nodes").EnumerateArray().Select(key => key.GetProperty("name").GetString()!)];
    }

    public static async Task<string> GroupIdAsync(this OrgGraphApp app, string name)
    {
        var data = await (await app.OliviaAsync()).QueryAsync("query($id: ID!) { organization(id: $id) { permissionGroups { nodes { id name } } } }", new { id = app.Acme });
        return Find(data.GetProperty("organization").GetProperty("permissionGroups"), "name", name);
    }

    public static async Task<string> MemberIdAsync(this OrgGraphApp app, string displayName)
    {
        var data = await (await app.OliviaAsync()).QueryAsync("query($id: ID!) { organization(id: $id) { members { nodes { id user { displayName } } } } }", new { id = app.Acme });
        return data.GetProperty("organization").GetProperty("members").GetProperty("nodes").EnumerateArray()
            .Single(member => member.GetProperty("user").GetProperty("displayName").GetString() == displayName).GetProperty("id").GetString()!;
    }

    /// <summary>Puts a member into exactly these groups.</summary>
    public static async Task MoveAsync(this OrgGraphApp app, string member, params string[] groups)
    {
        var groupIds = new List<string>();
        foreach (var group in groups)
        {
            groupIds.Add(await app.GroupIdAsync(group));
        }

        var moved = await (await app.OliviaAsync()).MutateAsync("setMemberGroups", new { memberId = await app.MemberIdAsync(member), groupIds });
        Assert.Empty(moved.Errors);
    }

    public static async Task RemoveAsync(this OrgGraphApp app, string member) =>
        Assert.Empty((await (await app.OliviaAsync()).MutateAsync("removeMember", new { memberId = await app.MemberIdAsync(member) })).Errors);

    /// <summary>Invites one address; answers the invitation's id.</summary>
    public static async Task<string> InviteAsync(this Client client, string email, string group = "Viewers", bool sendEmails = true)
    {
        var invited = await client.MutateAsync(
            "inviteMembers",
            new { organizationId = client.App.Acme, emails = new[] { email }, groupIds = new[] { await client.App.GroupIdAsync(group) }, sendEmails },
            "results { outcome invitation { id } }");
        Assert.Empty(invited.Errors);
        return invited["results"][0].GetProperty("invitation").GetProperty("id").GetString()!;
    }

    /// <summary>The token in the newest mail to an address.</summary>
    public static async Task<string> TokenOfAsync(this OrgGraphApp app, string email)
    {
        var mail = (await app.MailsAsync()).Last(one => one.To.Mailboxes.Single().Address == email);
        return LinkToken().Match(mail.TextBody!).Groups[1].Value;
    }

    public static async Task<JsonElement> InvitationAsync(this OrgGraphApp app, string id)
    {
        var data = await (await app.OliviaAsync()).QueryAsync(
            "query($id: ID!) { node(id: $id) { ... on Invitation { status delivery deliveryError sentCount version expiresAt groups { name } } } }", new { id });
        return data.GetProperty("node");
    }

    public static async Task<int> MemberCountAsync(this OrgGraphApp app)
    {
        var data = await (await app.OliviaAsync()).QueryAsync("query($id: ID!) { organization(id: $id) { members { totalCount } } }", new { id = app.Acme });
        return data.GetProperty("organization").GetProperty("members").GetProperty("totalCount").GetInt32();
    }

    /// <summary>The organization's version, and its place in the event stream.</summary>
    public static async Task<(int Version, string Cursor)> PlaceAsync(this Client client)
    {
        var organization = (await client.QueryAsync("query($id: ID!) { organization(id: $id) { version cursor } }", new { id = client.App.Acme })).GetProperty("organization");
        return (organization.GetProperty("version").GetInt32(), organization.GetProperty("cursor").GetString()!);
    }

    /// <summary>The kinds of the events since a cursor, read back up to the one that this makes itself.</summary>
    public static async Task<IReadOnlyList<JsonElement>> EventsSinceAsync(this OrgGraphApp app, string cursor)
    {
        var olivia = await app.OliviaAsync();
        await using var events = await olivia.SubscribeAsync(
            "subscription($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { __typename version cursor actorName subjectName } }",
            new { id = app.Acme, after = cursor });
        var marker = $"Marker {Guid.CreateVersion7():N}";
        await olivia.MutateAsync("createProject", new { organizationId = app.Acme, name = marker });
        var seen = new List<JsonElement>();
        while (true)
        {
            var happened = await events.NextEventAsync();
            if (happened.GetProperty("subjectName").GetString() == marker)
            {
                return seen;
            }

            seen.Add(happened);
        }
    }

    public static string Kind(this JsonElement happened) => happened.GetProperty("__typename").GetString()!;

    private static string Find(JsonElement connection, string property, string value) =>
        connection.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty(property).GetString() == value).GetProperty("id").GetString()!;

    [GeneratedRegex(@"/invite#([0-9A-Za-z]{43})\s")]
    private static partial Regex LinkToken();
}
