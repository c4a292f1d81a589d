using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>Two issuers on loopback, and a verifier that knows both; the first is trusted for e-mail.</summary>
public sealed class IssuerScene : IAsyncLifetime
{
    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

    internal TestKey Rsa { get; } = TestKey.Rsa("rsa-1");

    internal TestKey Ec { get; } = TestKey.P256("ec-1");

    internal TestKey OtherRsa { get; } = TestKey.Rsa("rsa-other");

    internal TestKey Stranger { get; } = TestKey.Rsa("rsa-1");

    internal TestIssuer Main { get; private set; } = null!;

    internal TestIssuer Other { get; private set; } = null!;

    internal PersonTokenVerifier Verifier { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Main = await TestIssuer.StartAsync(Rsa, Ec, TestKey.Rsa("rsa-small", 1024), TestKey.P384("ec-large"));
        Other = await TestIssuer.StartAsync(OtherRsa);
        Verifier = CreateVerifier(
            Time,
            new IssuerOptions { Authority = Main.Authority, Audience = "orggraph-test", TrustsEmail = true },
            new IssuerOptions { Authority = Other.Authority, Audience = "orggraph-test" });
    }

    public async Task DisposeAsync()
    {
        Verifier.Dispose();
        await Main.DisposeAsync();
        await Other.DisposeAsync();
    }

    internal static PersonTokenVerifier CreateVerifier(TimeProvider time, params IssuerOptions[] issuers) =>
        new(issuers, null, isDevelopment: true, time, NullLogger<PersonTokenVerifier>.Instance);

    internal TokenForge Token(TestKey? key = null) => new(Main.Authority, key ?? Rsa, Time.GetUtcNow());

    internal TokenForge OtherToken() => new(Other.Authority, OtherRsa, Time.GetUtcNow());

    /// <summary>Seconds since 1970, so many seconds from now.</summary>
    internal JsonNode In(int seconds) => Time.GetUtcNow().ToUnixTimeSeconds() + seconds;

    internal ValueTask<PersonTokenOutcome> Verify(string token) => Verifier.VerifyAsync(token, CancellationToken.None);

    internal async Task<PersonToken> Accepted(string token) => Assert.IsType<PersonTokenOutcome.Accepted>(await Verify(token)).Token;
}
