using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrgGraph.Transport.Connections;
using OrgGraph.Transport.Http;

namespace OrgGraph.Transport.WebSockets;

/// <summary>One socket from its upgrade to its end: receives messages one after the other and acts on them.</summary>
internal sealed class SocketSession : IOpenConnection, IAsyncDisposable
{
    private readonly WebSocket _socket;
    private readonly ConnectionSlot _slot;
    private readonly SendClock _sendClock;
    private ConnectionIdentity? _identity;
    private CredentialWatch? _credential;
    private volatile bool _isRestarting;
    private bool _isInitialised;

    public SocketSession(WebSocket socket, HttpContext context, SocketServices services, ConnectionSlot slot)
    {
        _socket = socket;
        _slot = slot;
        Context = context;
        Services = services;
        Queue = new OutgoingQueue(services.Options.MaxQueuedMessages, services.Options.MaxQueuedBytes);
        Turns = new SocketTurns(Queue, services.Options.MaxExecutingPerSocket);
        Closing = new SocketClosing(Queue);
        Clock = new SocketClock(services.Time, services.Options, Queue, Closing, Operations);
        _sendClock = new SendClock(services.Time, Abort);
    }

    public HttpContext Context { get; }

    public SocketServices Services { get; }

    public OutgoingQueue Queue { get; }

    public SocketTurns Turns { get; }

    public SocketClosing Closing { get; }

    public SocketOperations Operations { get; } = new();

    public SocketClock Clock { get; }

    /// <summary>Returns when the socket is closed and nothing of it runs any more.</summary>
    public async Task RunAsync()
    {
        var sending = SendAsync();
        await ReceiveAsync();
        await sending;
        // The engine holds the HttpContext, which ends with this call.
        await Operations.WhenAnsweredAsync();
    }

    string IOpenConnection.Protocol => TransportMetrics.WebSocket;

    int IOpenConnection.OperationCount => Operations.Count;

    void IOpenConnection.BeginRestart()
    {
        _isRestarting = true;
        // A reader that takes nothing must not hold the server up.
        _sendClock.Hasten(Services.Options.ShutdownCloseTimeout);
        _ = RestartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Clock.DisposeAsync();
        await _sendClock.DisposeAsync();
        Turns.Dispose();
        if (_credential is not null)
        {
            await _credential.DisposeAsync();
        }
    }

    private async Task SendAsync()
    {
        await new SocketPump(_socket, Queue, Closing, _sendClock, Services.Options).RunAsync(Abort);
        Operations.EndAll();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            var reader = new SocketReader(_socket, Services.Options.MaxMessageBytes);
            while (true)
            {
                using var message = await reader.ReadAsync();
                if (message.Kind == ReceivedKind.Close)
                {
                    Closing.ByPeer();
                    return;
                }

                // After our close frame the rest is read only to find the peer's.
                if (!Closing.IsRequested)
                {
                    Clock.Received();
                    await HandleAsync(message);
                }
            }
        }
        catch (Exception e) when (SocketFailures.IsLostConnection(e))
        {
            Closing.ConnectionLost();
        }
        catch (Exception e)
        {
            Services.Logger.LogError(e, "A socket failed unexpectedly; trace {TraceId}", RefusalLog.TraceIdOf(Context));
            Closing.InternalError();
        }
    }

    private async ValueTask HandleAsync(ReceivedMessage received)
    {
        if (received.Kind == ReceivedKind.TooBig)
        {
            Closing.MessageTooBig();
            return;
        }

        try
        {
            var message = received.Kind == ReceivedKind.Text
                ? ClientMessage.Parse(received.Bytes)
                : throw new MalformedRequestException("Invalid message: not text");
            await HandleAsync(message);
        }
        catch (MalformedRequestException e)
        {
            Closing.InvalidMessage(e.Message);
        }
    }

    private ValueTask HandleAsync(ClientMessage message)
    {
        switch (message.Type)
        {
            case ClientMessageType.ConnectionInit:
                return InitialiseAsync(message.Payload);
            case ClientMessageType.Ping:
                // A client that sends pings and reads nothing gets no queue of pongs.
                Queue.TryEnqueue(ServerMessage.Pong);
                break;
            case ClientMessageType.Subscribe:
                Subscribe(message);
                break;
            case ClientMessageType.Complete:
                Operations.End(message.Id);
                Clock.OperationEnded();
                break;
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask InitialiseAsync(ReadOnlyMemory<byte> payload)
    {
        if (_isInitialised)
        {
            Closing.TooManyInitialisationRequests();
            return;
        }

        _isInitialised = true;
        Clock.Initialised();
        var credentials = InitPayload.Credentials(payload, RequestDoor.Credentials(Context));
        if (credentials is not { Count: <= 1 })
        {
            Closing.Forbidden();
            return;
        }

        switch (await Services.Authenticator.AuthenticateAsync(Context, credentials, Context.RequestAborted))
        {
            case AuthenticationOutcome.Accepted accepted:
                Acknowledge(accepted.Identity);
                break;
            case AuthenticationOutcome.TooMany:
                Closing.TooManyRefusedCredentials();
                break;
            case AuthenticationOutcome.Unavailable:
                Closing.TryAgainLater();
                break;
            default:
                Closing.Forbidden();
                break;
        }
    }

    private void Acknowledge(ConnectionIdentity identity)
    {
        if (!_slot.TryBecome(identity))
        {
            Closing.TooManyConnections();
            return;
        }

        _identity = identity;
        _credential = new CredentialWatch(identity, Services.Time, Closing.Forbidden);
        Clock.Acknowledged(identity.IsAnonymous);
        Queue.TryEnqueue(ServerMessage.ConnectionAck);
    }

    private void Subscribe(ClientMessage message)
    {
        if (_identity is null)
        {
            Closing.Unauthorized();
        }
        else if (Operations.Contains(message.Id))
        {
            Closing.SubscriberAlreadyExists(message.Id);
        }
        else if (Operations.Count >= Services.Options.MaxOperationsPerSocket)
        {
            Refuse(message.Id, Refusal.TooManyOperations);
        }
        else if (_isRestarting)
        {
            Refuse(message.Id, Refusal.ShuttingDown);
        }
        else
        {
            Begin(message, _identity);
        }
    }

    private void Begin(ClientMessage message, ConnectionIdentity identity)
    {
        RequestParameters read;
        try
        {
            var json = new System.Text.Json.Utf8JsonReader(message.Payload.Span);
            read = RequestJson.Read(ref json, Services.Options);
        }
        catch (MalformedRequestException e) when (e.IsLimit)
        {
            Refuse(message.Id, e.Refusal);
            return;
        }

        var operation = new SocketOperation(message.Id, this);
        if (Operations.TryAdd(operation))
        {
            Clock.OperationBegan();
            _ = operation.RunAsync(new GraphQLRequest(read.Query, read.OperationName, read.Variables, AllowMutation: true, AllowSubscription: true), identity);
        }
    }

    // Refusals are not bounded by the operations that run: a client which reads none of them is cut off.
    private void Refuse(string id, Refusal refusal)
    {
        Services.Refusals.Refused(Context, refusal);
        if (Queue.TryEnqueue(ServerMessage.Error(id, refusal.ToErrors())) == Enqueued.Full)
        {
            Closing.TooSlow();
        }
    }

    private async Task RestartAsync()
    {
        try
        {
            await Operations.WhenAnsweredAsync().WaitAsync(Services.Options.ShutdownAnswerTimeout, Services.Time);
        }
        catch (TimeoutException)
        {
            Services.Logger.LogInformation("A socket is closed although an operation of it still runs");
        }

        Closing.ServiceRestart();
    }

    // Both: the socket alone does not wake a pending read of the server.
    private void Abort()
    {
        Closing.ConnectionLost();
        _socket.Abort();
        Context.Abort();
    }
}
