using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Transport;

namespace OrgGraph.Server.Telemetry;

/// <summary>
/// One line for each request: which operation of which document, who asked, how it ended, how long it took. Nothing else of what was
/// sent. Ids are those that clients see, so that an operator finds what a customer asks about.
/// </summary>
internal sealed partial class RequestLog(ServerSetup setup, ILoggerFactory loggers)
{
    private const string None = "none";
    private const int HashShown = 16;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger(TransportTelemetry.LogCategory);

    public void Answered(GraphAnswer answer, Caller caller, string traceId, TimeSpan taken)
    {
        var code = answer.Code ?? answer.Refusal;
        var level = LevelOf(answer.OperationType, code, taken);
        if (_logger.IsEnabled(level))
        {
            Line(
                _logger,
                level,
                answer.OperationType == "none" ? "request" : answer.OperationType,
                answer.OperationName ?? (answer.OperationType == "none" ? "(no operation)" : "(unnamed)"),
                code ?? "OK",
                taken.TotalMilliseconds,
                IdOf(caller),
                CredentialOf(caller),
                answer.OrganizationId is { } organization ? new GlobalId(NodeType.Organization, null, organization).ToString() : None,
                answer.DocumentHash?[..HashShown] ?? None,
                traceId);
        }
    }

    /// <summary>It was turned away before anybody looked into it: such requests come in floods, of which the metrics tell.</summary>
    public void Refused(string code, string reason, Caller caller, string traceId)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            RefusalLine(_logger, code, reason, IdOf(caller), CredentialOf(caller), traceId);
        }
    }

    // Of those who are told to wait the metrics are enough: they may come as often as they like. So are ordinary queries, of which there are many.
    private LogLevel LevelOf(string operationType, string? code, TimeSpan taken) => code switch
    {
        RequestErrorCodes.Internal => LogLevel.Error,
        RequestErrorCodes.Unavailable or RequestErrorCodes.Timeout => LogLevel.Warning,
        RequestErrorCodes.RateLimited => LogLevel.Debug,
        null when operationType == "query" && taken < Slow && !setup.IsDevelopment => LogLevel.Debug,
        _ => LogLevel.Information,
    };

    private static string IdOf(Caller caller) => caller.Principal switch
    {
        null => "nobody",
        { Kind: PrincipalKind.User, Id: var id } => new GlobalId(NodeType.User, null, id).ToString(),
        { Id: var id } => new GlobalId(NodeType.ServiceAccount, caller.OrganizationId, id).ToString(),
    };

    private static string CredentialOf(Caller caller) => caller switch
    {
        { Principal: null } => None,
        { CredentialId: { } id, Credential: var kind } => new GlobalId(kind == CredentialKind.ApiKey ? NodeType.ApiKey : NodeType.ServiceToken, caller.OrganizationId, id).ToString(),
        _ => "session",
    };

    [LoggerMessage(EventId = 1, Message = "{OperationType} {OperationName}: {Code} in {Milliseconds:F1} ms. Caller {Caller}, credential {Credential}, organization {Organization}, document {DocumentHash}, trace {TraceId}")]
    private static partial void Line(
        ILogger logger, LogLevel level, string operationType, string operationName, string code, double milliseconds, string caller, string credential, string organization, string documentHash, string traceId);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "request: {Code} before execution ({Reason}). Caller {Caller}, credential {Credential}, trace {TraceId}")]
    private static partial void RefusalLine(ILogger logger, string code, string reason, string caller, string credential, string traceId);
}
