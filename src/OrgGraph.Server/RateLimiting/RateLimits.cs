using System.Threading.RateLimiting;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Transport.Connections;

namespace OrgGraph.Server.RateLimiting;

/// <summary>How often one credential, and one address without a good one, may ask. <c>OrgGraph__RateLimiting=false</c> turns it off.</summary>
internal sealed class RateLimits
{
    public const int Queries = 1000;
    public const int Mutations = 100;
    public const int InFlight = 16;
    public const int Anonymous = 40;
    public const int Refused = 20;
    public const int MailsAnHourToOneAddress = 3;
    public const int ConnectivityTests = 10;
    public const int ConnectivityTestsAtOnce = 8;

    // Together 100,000 limiters at most.
    private const int Credentials = 20_000;
    private const int Addresses = 15_000;
    private const int RefusedAddresses = 10_000;
    private const int Organizations = 2_500;

    private static readonly TimeSpan RefillOfRequests = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RefillOfAnonymous = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RefillOfRefused = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RefillOfTests = TimeSpan.FromMinutes(1);

    private readonly LimiterTable<Guid> _queries = new(Credentials, () => Bucket(Queries, RefillOfRequests));
    private readonly LimiterTable<Guid> _mutations = new(Credentials, () => Bucket(Mutations, RefillOfRequests));
    private readonly LimiterTable<Guid> _inFlight = new(Credentials, () => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = InFlight, QueueLimit = 0 }));
    private readonly LimiterTable<string> _anonymous = new(Addresses, () => Bucket(Anonymous, RefillOfAnonymous));
    private readonly LimiterTable<string> _refusedCredentials = new(RefusedAddresses, () => Bucket(Refused, RefillOfRefused));
    private readonly LimiterTable<string> _unknownTokens = new(RefusedAddresses, () => Bucket(Refused, RefillOfRefused));

    private readonly LimiterTable<Guid> _tests = new(Organizations, () => Bucket(ConnectivityTests, RefillOfTests));
    private readonly LimiterTable<Guid> _testsAtOnce = new(Organizations, () => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = ConnectivityTestsAtOnce, QueueLimit = 0 }));

    /// <summary>The limits of one request's caller.</summary>
    public CallerRates Of(Caller caller, HttpContext context) => new(this, caller, context);

    /// <summary>Counts a refused credential of an address.</summary>
    /// <returns>How long it must wait before the next is looked at; null when it need not. A good credential is never asked to wait.</returns>
    public TimeSpan? RefuseCredential(HttpContext context) => Wait(_refusedCredentials.Take(RemoteAddress.KeyOf(context)));

    // Permits come back one by one, so that a wait is as short as can be.
    private static TokenBucketRateLimiter Bucket(int size, TimeSpan refill)
    {
        var step = Math.Max(1, size / 100);
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = size,
            TokensPerPeriod = step,
            ReplenishmentPeriod = refill * step / size,
            AutoReplenishment = false,
            QueueLimit = 0,
        });
    }

    private static TimeSpan? Wait(RateLimitLease lease) =>
        lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);

    /// <summary>What one caller may still do.</summary>
    internal sealed class CallerRates(RateLimits limits, Caller caller, HttpContext context) : IRequestRates
    {
        // A person's tokens change from hour to hour; keys and tokens are counted apart from who holds them.
        private Guid Credential => caller.CredentialId ?? caller.Principal!.Value.Id;

        /// <summary>Takes a place among the requests that a credential has in flight.</summary>
        /// <returns>A lease to dispose when the request is answered; null for anonymous callers, who have no such places.</returns>
        public RateLimitLease? Enter() => caller.Principal is null ? null : limits._inFlight.Take(Credential);

        public RequestFault? Admit(bool isMutation)
        {
            if (caller.Principal is null)
            {
                return Wait(limits._anonymous.Take(RemoteAddress.KeyOf(context))) is { } calm
                    ? RequestFault.TooSoon($"Too many requests without a credential came from this address: at most {Anonymous} at once, 20 a second. Wait, or sign in.", calm)
                    : null;
            }

            return Wait((isMutation ? limits._mutations : limits._queries).Take(Credential)) is { } wait
                ? RequestFault.TooSoon($"Too many {(isMutation ? "mutations" : "queries")} came with this credential: at most {(isMutation ? Mutations : Queries)} in 10 seconds. Wait, then try again.", wait)
                : null;
        }

        // A place is taken first: else a minute's share could be used up by tests that never begin.
        public IDisposable BeginConnectivityTest(Guid organizationId)
        {
            var place = limits._testsAtOnce.Take(organizationId);
            if (!place.IsAcquired)
            {
                throw RequestFault.TooSoon($"{ConnectivityTestsAtOnce} connectivity tests of this organization are running already. Wait for one of them.", TimeSpan.FromSeconds(1));
            }

            if (Wait(limits._tests.Take(organizationId)) is { } wait)
            {
                place.Dispose();
                throw RequestFault.TooSoon($"Too many connectivity tests were made for this organization: at most {ConnectivityTests} a minute. Wait, then try again.", wait);
            }

            return place;
        }

        public RequestFault? UnknownToken() => Wait(limits._unknownTokens.Take(RemoteAddress.KeyOf(context))) is { } wait
            ? RequestFault.TooSoon($"Too many unknown invitation links were tried from this address: at most {Refused} a minute. Wait, then use the link from the mail.", wait)
            : null;
    }
}
