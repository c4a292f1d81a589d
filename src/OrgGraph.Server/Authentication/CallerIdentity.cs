using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Transport;

namespace OrgGraph.Server.Authentication;

/// <summary>A connection's caller, as the transport must know it.</summary>
internal sealed class CallerIdentity(Caller caller, CancellationToken ended) : ConnectionIdentity
{
    public static readonly CallerIdentity Anonymous = new(Caller.Anonymous, CancellationToken.None);

    public Caller Caller { get; } = caller;

    public override bool IsAnonymous => Caller.Principal is null;

    public override string PartitionKey => Caller.Principal?.ToString() ?? "";

    public override DateTimeOffset? ExpiresAt => Caller.ExpiresAt;

    public override CancellationToken Ended { get; } = ended;
}
