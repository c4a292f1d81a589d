using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.WebSockets;

/// <summary>Every reason why a socket is closed. The first one counts. A method only marks: the pump sends the close frame.</summary>
internal sealed class SocketClosing(OutgoingQueue queue)
{
    private readonly Lock _lock = new();
    private volatile bool _isRequested;

    public bool IsRequested => _isRequested;

    /// <summary>The close code (RFC 6455 7.4, and graphql-transport-ws); 0 when the connection was lost.</summary>
    public int Code { get; private set; }

    public string Reason { get; private set; } = "";

    /// <summary>The peer closed; its frame is answered.</summary>
    public void ByPeer() => Close(1000, "");

    /// <summary>Nothing can be sent any more.</summary>
    public void ConnectionLost() => Close(0, "Connection lost");

    public void InvalidMessage(string why) => Close(4400, why);

    public void Unauthorized() => Close(4401, "Unauthorized");

    /// <summary>The credential was refused, has expired or was revoked. Operations get no complete, so clients resume them with a fresh one.</summary>
    public void Forbidden() => Close(4403, "Forbidden");

    public void SubprotocolNotAcceptable() => Close(4406, "Subprotocol not acceptable");

    public void ConnectionInitialisationTimeout() => Close(4408, "Connection initialisation timeout");

    public void SubscriberAlreadyExists(string id) => Close(4409, $"Subscriber for {id} already exists");

    public void TooManyInitialisationRequests() => Close(4429, "Too many initialisation requests");

    /// <summary>Of this principal.</summary>
    public void TooManyConnections() => Close(4429, "Too many connections");

    public void TooManyRefusedCredentials() => Close(4429, "Too many refused credentials");

    /// <summary>The credential cannot be judged now.</summary>
    public void TryAgainLater() => Close(1013, "Try again later");

    public void MessageTooBig() => Close(1009, "Message too big");

    public void TooSlow() => Close(4508, "The client reads too slowly");

    /// <summary>No message for long: the code which graphql-ws gives to terminated sockets; clients reconnect on it.</summary>
    public void PeerSilent() => Close(4499, "Terminated");

    /// <summary>An anonymous socket without operation: the normal code, on which lazy clients do not reconnect before they need to.</summary>
    public void AnonymousIdle() => Close(1000, "Idle");

    /// <summary>What waits is still sent.</summary>
    public void ServiceRestart() => Close(1012, "Service restart", discard: false);

    public void InternalError() => Close(4500, "Internal server error");

    private void Close(int code, string reason, bool discard = true)
    {
        lock (_lock)
        {
            if (_isRequested)
            {
                return;
            }

            Code = code;
            // A close frame holds 123 bytes of reason (RFC 6455 5.5); every character of an id may take three.
            Reason = reason.Length <= 40 ? reason : Shorten(reason);
            _isRequested = true;
        }

        queue.Close(discard);
    }

    private static string Shorten(string reason)
    {
        while (System.Text.Encoding.UTF8.GetByteCount(reason) > 123)
        {
            reason = reason[..^1];
        }

        return reason;
    }
}
