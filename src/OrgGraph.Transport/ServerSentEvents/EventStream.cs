using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.ServerSentEvents;

/// <summary>One running operation on its own response. Writers fill the queue; the request's own task empties it.</summary>
internal sealed class EventStream : IEventSubscriber, IOpenConnection, IAsyncDisposable
{
    /// <summary>The end reason of a client that does not keep up.</summary>
    public const string TooSlowReason = "too_slow";

    private readonly HttpContext _context;
    private readonly TimeProvider _time;
    private readonly TransportOptions _options;
    private readonly OutgoingQueue _queue;
    private readonly SendClock _sendClock;
    private string? _endReason;
    private volatile bool _isTooSlow;

    public EventStream(HttpContext context, TimeProvider time, TransportOptions options)
    {
        _context = context;
        _time = time;
        _options = options;
        _queue = new OutgoingQueue(options.MaxQueuedMessages, options.MaxQueuedBytes);
        _sendClock = new SendClock(time, Abort);
    }

    /// <summary>Why it ended, for logs and metrics.</summary>
    public string EndReason => _endReason ?? "complete";

    /// <summary>Streams a subscription until it, its credential, its client or the server ends.</summary>
    public async Task RunAsync(IEventSource source, ConnectionIdentity identity)
    {
        await BeginAsync();
        await using var gone = _context.RequestAborted.UnsafeRegister(static state => ((EventStream)state!).ClientGone(), this);
        await using var credential = new CredentialWatch(identity, _time, CredentialEnded);
        await using var comments = _time.CreateTimer(
            static state => ((EventStream)state!).Comment(), this, _options.EventStreamCommentInterval, _options.EventStreamCommentInterval);
        using var subscription = source.Start(this);
        await PumpAsync();
    }

    /// <summary>Sends the one result of a query or mutation.</summary>
    public async Task RunAsync(ReadOnlyMemory<byte> json)
    {
        await BeginAsync();
        Next(json);
        Complete();
        await PumpAsync();
    }

    /// <inheritdoc />
    public bool Next(ReadOnlyMemory<byte> json)
    {
        var outcome = _queue.TryEnqueue(EventStreamText.Next(json));
        if (outcome == Enqueued.Full)
        {
            TooSlow();
        }

        return outcome == Enqueued.Accepted;
    }

    /// <inheritdoc />
    public void Complete()
    {
        _queue.TryEnqueue(EventStreamText.Complete, isLast: true);
        _queue.Close(discard: false);
    }

    /// <inheritdoc />
    public ValueTask ReadyAsync(CancellationToken cancellation) => _queue.WaitForHalfAsync(cancellation);

    string IOpenConnection.Protocol => TransportMetrics.EventStream;

    int IOpenConnection.OperationCount => 1;

    // No complete event: a client that saw one would not resume.
    void IOpenConnection.BeginRestart()
    {
        _endReason ??= "server_restart";
        _queue.Close(discard: false);
        _sendClock.Hasten(_options.ShutdownCloseTimeout);
    }

    public ValueTask DisposeAsync() => _sendClock.DisposeAsync();

    private async Task BeginAsync()
    {
        var response = _context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers["X-Accel-Buffering"] = "no";
        _context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // Something must be sent at once, else a client learns only with the first event that it is connected.
        await response.BodyWriter.WriteAsync(EventStreamText.Comment.Prefix, _context.RequestAborted);
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await _queue.WaitToReadAsync())
            {
                while (_queue.TryDequeue(out var message))
                {
                    await SendAsync(message);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            ClientGone();
        }

        if (_isTooSlow)
        {
            Abort();
        }
    }

    private async ValueTask SendAsync(OutgoingMessage message)
    {
        var body = _context.Response.BodyWriter;
        message.CopyTo(body.GetSpan(message.Length));
        body.Advance(message.Length);
        var flush = body.FlushAsync(_context.RequestAborted);
        if (flush.IsCompletedSuccessfully)
        {
            return;
        }

        _sendClock.Arm(_options.SendTimeout);
        await flush;
        _sendClock.Disarm();
    }

    private void CredentialEnded()
    {
        _endReason ??= "credential_ended";
        _queue.TryEnqueue(EventStreamText.Next(Refusal.NotAuthenticated.ToResult()), isLast: true);
        Complete();
    }

    private void Comment() => _queue.TryEnqueue(EventStreamText.Comment);

    private void ClientGone()
    {
        _endReason ??= "client_left";
        _queue.Close(discard: true);
    }

    // On a publisher's thread, where the request may be over: only the clock, which ends with the request, touches the context.
    private void TooSlow()
    {
        _isTooSlow = true;
        _queue.Close(discard: true);
        _sendClock.Arm(TimeSpan.Zero);
    }

    private void Abort()
    {
        _endReason ??= TooSlowReason;
        _queue.Close(discard: true);
        _context.Abort();
    }
}
