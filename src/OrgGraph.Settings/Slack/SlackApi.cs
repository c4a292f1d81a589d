using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.Slack;

/// <summary>How long somebody waits for Slack, over all calls of one errand.</summary>
internal sealed class SlackTime(TimeProvider clock, TimeSpan whole)
{
    /// <summary>Less than a mutation may take, so that there is time to write down how it ended.</summary>
    public static readonly TimeSpan OfMutation = TimeSpan.FromSeconds(8);

    /// <summary>Less than a lease of work lasts: else another worker does the same once more.</summary>
    public static readonly TimeSpan OfWork = TimeSpan.FromSeconds(40);

    private readonly long _begun = clock.GetTimestamp();

    public TimeSpan Left => whole - clock.GetElapsedTime(_begun);
}

/// <summary>Calls Slack's methods, and waits where Slack asks for it, if that is not for long.</summary>
internal sealed class SlackApi
{
    /// <summary>Longer than this nobody waits for a turn.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    // A page of channels is far more than a tenant's server may answer; Slack's address is the operator's own word.
    private const int MostBytes = 8 * 1024 * 1024;

    private readonly IOutboundHttp _outbound;
    private readonly SlackOptions _options;
    private readonly TimeProvider _clock;

    internal SlackApi(IOutboundHttp outbound, SlackOptions options, TimeProvider clock) => (_outbound, _options, _clock) = (outbound, options, clock);

    /// <summary>The time for an errand, running from now.</summary>
    public SlackTime Begin(TimeSpan whole) => new(_clock, whole);

    /// <summary>Calls a method.</summary>
    /// <param name="authorization">The whole of the header: a bearer token, or the app's own id and secret.</param>
    /// <param name="form">What is sent. A code is a secret, a message may be: so all of it is treated as one.</param>
    public async Task<SlackAnswer> CallAsync(string method, Secret authorization, IEnumerable<(string Name, string Value)> form, SlackTime time, CancellationToken cancellation)
    {
        var body = string.Join('&', form.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}"));
        var call = new OutboundCall(HttpMethod.Post, _options.Method(method))
        {
            Headers = [("Authorization", authorization)],
            Body = (new Secret(body), "application/x-www-form-urlencoded; charset=utf-8"),
            MaxBytes = MostBytes,
        };
        while (true)
        {
            if (time.Left <= TimeSpan.Zero)
            {
                return new SlackAnswer.Failed(SlackFailure.Away, "", "Slack takes too long. Try again later.", null);
            }

            var patience = time.Left < OutboundCall.LongestPatience ? time.Left : OutboundCall.LongestPatience;
            var answer = SlackAnswers.Read(await _outbound.SendAsync(call with { Patience = patience }, cancellation));
            if (answer is not SlackAnswer.Failed { Failure: SlackFailure.TooOften, RetryAfter: var wait } || wait > LongestWait || wait >= time.Left)
            {
                return answer;
            }

            await Task.Delay(wait > ShortestWait ? wait : ShortestWait, _clock, cancellation);
        }
    }
}
