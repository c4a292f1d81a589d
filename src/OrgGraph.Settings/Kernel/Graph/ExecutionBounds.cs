using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// How long one execution may take, and how much it may become. Ends the work, not only the answer: whatever is executed looks at one of
/// the tokens.
/// </summary>
public sealed class ExecutionBounds : IDisposable
{
    /// <summary>Most fields of an answer. The cost rule assumes how long lists without pages are; this counts what they hold.</summary>
    public const int MaxFields = 100_000;

    public static readonly TimeSpan QueryTime = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan MutationTime = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _work;
    private readonly CancellationTokenSource _execution;
    private readonly CancellationTokenRegistration _clientLeft;
    private readonly CancellationToken _client;
    private int _fields;

    /// <param name="operation">Null for the delivery of an event: nobody waits for it, so only its size is bounded.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="client">Cancelled when the client has left.</param>
    internal ExecutionBounds(OperationType? operation, TimeProvider clock, CancellationToken client)
    {
        _client = client;
        var isMutation = operation == OperationType.Mutation;
        _work = new CancellationTokenSource(operation is null ? Timeout.InfiniteTimeSpan : isMutation ? MutationTime : QueryTime, clock);

        // A mutation that took too long must not wipe what those before it in the request have answered, e.g. a secret.
        _execution = isMutation ? new CancellationTokenSource() : _work;
        _clientLeft = client.UnsafeRegister(static state => ((ExecutionBounds)state!).Stop(), this);
    }

    /// <summary>Ends what resolvers wait for.</summary>
    public CancellationToken Work => _work.Token;

    /// <summary>Ends the whole execution.</summary>
    internal CancellationToken Execution => _execution.Token;

    private bool IsTooMuch => _fields > MaxFields;

    /// <summary>Why it was ended; null when it was not, or the client has left.</summary>
    internal RequestFault? Refusal => _client.IsCancellationRequested || !_work.IsCancellationRequested
        ? null
        : IsTooMuch
            ? new RequestFault(RequestErrorCodes.CostExceeded, $"The answer would hold more than {MaxFields} fields. Ask for smaller pages, or for fewer lists within lists.")
            : new RequestFault(RequestErrorCodes.Timeout, "The request took too long and was stopped. Ask for less. A change may have been made all the same: look before you repeat it.");

    /// <summary>Counts fields that are about to be executed.</summary>
    internal void Spend(int fields)
    {
        _fields += fields;
        if (IsTooMuch)
        {
            Stop();
            Execution.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        _clientLeft.Dispose();
        _execution.Dispose();
        _work.Dispose();
    }

    private void Stop()
    {
        // First: whoever waits for the work goes on within its cancellation, must know that the rest is over, and may dispose of this.
        _execution.Cancel();
        _work.Cancel();
    }
}
