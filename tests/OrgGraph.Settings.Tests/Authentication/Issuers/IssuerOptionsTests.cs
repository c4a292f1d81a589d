using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>Configurations with which no server must start.</summary>
public sealed class IssuerOptionsTests
{
    [Theory]
    [InlineData("", "api", "Issuers__0__Authority must be")]
    [InlineData("login.example.com", "api", "Issuers__0__Authority must be")]
    [InlineData("https://login.example.com?tenant=1", "api", "Issuers__0__Authority must be")]
    [InlineData("https://user@login.example.com", "api", "Issuers__0__Authority must be")]
    [InlineData("file:///etc", "api", "Issuers__0__Authority must be")]
    [InlineData("http://login.example.com", "api", "Issuers__0__Authority must be https")]
    [InlineData("https://login.example.com", " ", "Issuers__0__Audience must be set")]
    public void Refused_with_the_key_named_when_issuer_cannot_be_used(string authority, string audience, string message)
    {
        var problem = Assert.Throws<InvalidOperationException>(() => IssuerOptions.Check([Issuer(authority, audience)], isDevelopment: false));

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_when_an_issuer_stands_twice()
    {
        var problem = Assert.Throws<InvalidOperationException>(
            () => IssuerOptions.Check([Issuer("https://a.test", "one"), Issuer("https://a.test", "two")], isDevelopment: false));

        Assert.Contains("Issuers__1__Authority", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Allowed_without_TLS_when_in_Development() => IssuerOptions.Check([Issuer("http://127.0.0.1:8080/realms/a", "api")], isDevelopment: true);

    [Theory]
    [InlineData(null, 1, true)]
    [InlineData(null, 2, false)]
    [InlineData(true, 2, true)]
    [InlineData(false, 1, false)]
    public void Email_trust_as_said_or_by_default_of_a_single_issuer_when_unset(bool? configured, int issuers, bool trusted) =>
        Assert.Equal(trusted, new IssuerOptions { TrustsEmail = configured }.IsTrustedForEmail(issuers));

    [Fact]
    public async Task No_document_fetched_without_TLS_when_outside_Development()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var documents = new IssuerDocuments(allowsHttp: false, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidOperationException>(() => documents.GetDocumentAsync(issuer.Authority + "/keys", CancellationToken.None));
        Assert.Equal(0, issuer.KeyFetches);
    }

    private static IssuerOptions Issuer(string authority, string audience) => new() { Authority = authority, Audience = audience };
}
