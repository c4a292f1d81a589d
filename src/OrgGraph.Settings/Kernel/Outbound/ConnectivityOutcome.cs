namespace OrgGraph.Settings.Kernel.Outbound;

/// <summary>How a connectivity test ended.</summary>
public enum ConnectivityOutcome
{
    /// <summary>It answered, and accepted what was sent.</summary>
    Ok,

    /// <summary>It answered, and did not accept what was sent.</summary>
    Rejected,

    /// <summary>There was no answer that makes sense: the name, the connection, the certificate or the service itself failed.</summary>
    Unreachable,

    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>The server does not go to that address: it is of a private network, or would be sent to in clear.</summary>
    Blocked,
}

internal static class ConnectivityOutcomes
{
    /// <summary>What an answer says about the other side. A redirect counts as a refusal: it is not followed.</summary>
    public static ConnectivityOutcome Outcome(this OutboundAnswer answer) => answer switch
    {
        OutboundAnswer.Answered { Status: >= 200 and < 300 } => ConnectivityOutcome.Ok,
        OutboundAnswer.Answered { Status: >= 500 } => ConnectivityOutcome.Unreachable,
        OutboundAnswer.Answered => ConnectivityOutcome.Rejected,
        OutboundAnswer.Failed { Kind: OutboundFailure.TimedOut } => ConnectivityOutcome.Timeout,
        OutboundAnswer.Failed { Kind: OutboundFailure.Blocked } => ConnectivityOutcome.Blocked,
        _ => ConnectivityOutcome.Unreachable,
    };

    public static int? HttpStatus(this OutboundAnswer answer) => answer is OutboundAnswer.Answered answered ? answered.Status : null;
}
