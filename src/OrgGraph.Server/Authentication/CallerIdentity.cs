using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Transport;

namespace OrgGraph.Server.Authentication;

/// <summary>A connection's caller, as the transport must know it.</summary>
/// <param name="watch">Null: a person's token, which cannot be revoked, or nobody's.</param>
internal sealed class CallerIdentity(Caller caller, RevocationWatch? watch = null) : ConnectionIdentity
{
    public static readonly CallerIdentity Anonymous = new(Caller.Anonymous);

    public Caller Caller { get; } = caller;

    public override bool IsAnonymous => Caller.Principal is null;

    public override string PartitionKey => Caller.Principal?.ToString() ?? "";

    public override DateTimeOffset? ExpiresAt => Caller.ExpiresAt;

    public override IDisposable? WhenEnded(Action ended) => watch?.Watch(Caller, ended);
}
