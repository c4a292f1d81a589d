using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace OrgGraph.Transport.Tests.Host;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Neither linked nor timed.")]
internal sealed class TestIdentity(string name, bool isAnonymous = false) : ConnectionIdentity
{
    private readonly CancellationTokenSource _ended = new();

    public override bool IsAnonymous => isAnonymous;

    public override string PartitionKey => name;

    public override DateTimeOffset? ExpiresAt => Expiry;

    public override IDisposable? WhenEnded(Action ended) => isAnonymous ? null : _ended.Token.Register(ended);

    public DateTimeOffset? Expiry { get; set; }

    public void Revoke() => _ended.Cancel();
}

/// <summary><c>Bearer good-NAME</c> is good; <c>Bearer busy</c> and <c>Bearer down</c> are what they say; everything else is refused.</summary>
internal sealed class TestAuthenticator : IConnectionAuthenticator
{
    private const string Good = "Bearer good-";

    private readonly ConcurrentDictionary<string, TestIdentity> _identities = new();

    public TestIdentity Identity(string name) => _identities.GetOrAdd(name, static key => new TestIdentity(key));

    public ValueTask<AuthenticationOutcome> AuthenticateAsync(
        HttpContext context, IReadOnlyList<string> authorization, CancellationToken cancellation) => ValueTask.FromResult(Judge(authorization));

    private AuthenticationOutcome Judge(IReadOnlyList<string> authorization) => authorization switch
    {
        [] => new AuthenticationOutcome.Accepted(new TestIdentity("anonymous", isAnonymous: true)),
        [var one] when one.StartsWith(Good, StringComparison.Ordinal) => new AuthenticationOutcome.Accepted(Identity(one[Good.Length..])),
        ["Bearer busy"] => new AuthenticationOutcome.TooMany(9),
        ["Bearer down"] => new AuthenticationOutcome.Unavailable(4),
        [_] => new AuthenticationOutcome.Refused(),
        _ => new AuthenticationOutcome.Ambiguous(),
    };
}
