using System.Net;
using OrgGraph.Settings.Tests.Schema;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>Who may read the schema from the server: by introspection and as text alike.</summary>
public sealed class IntrospectionTests
{
    private static readonly string[] Documents =
    [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"ApiKey\") { name } }",
        "{ innocent: __schema { queryType { name } } }",
        "query { ...Hidden } fragment Hidden on Query { ... on Query { __type(name: \"ApiKey\") { name } } }",
        "query Unused { __schema { queryType { name } } } query Run { __typename }",
    ];

    [Theory]
    [InlineData("Everyone", true, true)]
    [InlineData("SignedIn", false, true)]
    [InlineData("Nobody", false, false)]
    public async Task Schema_is_shown_to_the_audience_alone(string audience, bool toAnonymous, bool toSignedIn)
    {
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:Introspection", audience)]);
        var vera = await app.VeraAsync();

        await AssertShownAsync(app, app.Anonymous, toAnonymous);
        await AssertShownAsync(app, vera, toSignedIn);
    }

    [Fact]
    public async Task Stranger_is_refused_when_a_credential_is_bad()
    {
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:Introspection", "SignedIn")]);

        using var answer = await GetSdlAsync(app, "sk-0000");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.With("sk-0000").SendAsync(Documents[0])).Status);
    }

    private static async Task AssertShownAsync(OrgGraphApp app, Client client, bool isShown)
    {
        foreach (var document in Documents.Where(document => !document.Contains("Unused", StringComparison.Ordinal) || !isShown))
        {
            var answer = await client.SendAsync(document);
            Assert.Equal((document, isShown ? null : "BAD_USER_INPUT"), (document, answer.Codes.FirstOrDefault()));
            Assert.Equal(isShown, answer.Body.TryGetProperty("data", out _));
        }

        Assert.Null((await client.SendAsync("{ __typename }")).Errors);
        using var text = await GetSdlAsync(app, client.Credential);
        Assert.Equal(isShown ? HttpStatusCode.OK : HttpStatusCode.NotFound, text.StatusCode);
        Assert.Equal(isShown ? PrintedSchema.Text : "", await text.Content.ReadAsStringAsync());
        Assert.Equal(isShown ? "text/plain; charset=utf-8" : null, text.Content.Headers.ContentType?.ToString());
    }

    private static async Task<HttpResponseMessage> GetSdlAsync(OrgGraphApp app, string? credential)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql?sdl");
        if (credential is not null)
        {
            request.Headers.Authorization = new("Bearer", credential);
        }

        return await app.Http.SendAsync(request);
    }
}
