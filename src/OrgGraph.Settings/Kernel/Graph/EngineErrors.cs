using GraphQL;
using GraphQL.Execution;
using Microsoft.Extensions.Logging;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Puts our errors in the place of the engine's, which carry codes made of class names and say what else there is.</summary>
internal static class EngineErrors
{
    private const string Suggestion = " Did you mean ";
    private const string KeyNotAtHand = "A key of the server is not at hand: what it keeps encrypted can be neither read nor saved until the operators have put it back. Nothing was changed.";

    /// <summary>What was thrown while a field was executed.</summary>
    public static Task Replace(UnhandledExceptionContext failure, string traceId, ExecutionBounds bounds, ILogger log)
    {
        if ((failure.OriginalException as RequestFault ?? (failure.OriginalException is OperationCanceledException ? bounds.Refusal : null)) is { } known)
        {
            failure.Exception = known;
            return Task.CompletedTask;
        }

        if (failure.OriginalException is System.Data.Common.DbException)
        {
            failure.Exception = RequestFault.Unavailable("The database cannot be reached now. Try again in a few seconds.");
            log.LogWarning("The database failed: {Reason}", failure.OriginalException.Message);
            return Task.CompletedTask;
        }

        if (failure.OriginalException is KeyRingException or SecretUnreadableException)
        {
            // These messages tell operators what to do, and hold no secret.
            log.LogError("A secret can be neither sealed nor opened (trace {TraceId}): {Reason}", traceId, failure.OriginalException.Message);
            failure.Exception = failure.OriginalException is SecretUnreadableException { Reason: not SecretUnreadableReason.KeyMissing } ? Internal(traceId) : RequestFault.Unavailable(KeyNotAtHand);
            return Task.CompletedTask;
        }

        // The message may quote what was sent: the type and the place must do.
        log.LogError("Unexpected {Type} at {Place} (trace {TraceId})", failure.OriginalException.GetType().Name, failure.OriginalException.StackTrace?.Split('\n', 2)[0].Trim(), traceId);
        failure.Exception = Internal(traceId);
        return Task.CompletedTask;
    }

    /// <summary>The errors of a result, as clients get them.</summary>
    public static void Clean(ExecutionResult result, bool suggestNames)
    {
        if (result.Errors is not { Count: > 0 } errors)
        {
            return;
        }

        // Of an answer with data all: the client must know which of its fields are missing.
        var told = result.Executed ? errors.Count : Math.Min(errors.Count, FirstErrors.Most);
        result.Errors = [];
        foreach (var error in errors.Take(told))
        {
            result.Errors.Add(error as RequestFault ?? WithPlace(FromEngine(error, suggestNames), error));
        }

        if (told < errors.Count)
        {
            result.Errors.Add(FirstErrors.More());
        }
    }

    private static RequestFault Internal(string traceId) =>
        new(RequestErrorCodes.Internal, "Something went wrong on the server. Tell its operators the trace id.") { Extensions = new Dictionary<string, object?> { ["traceId"] = traceId } };

    private static RequestFault FromEngine(ExecutionError error, bool suggestNames)
    {
        if (error.InnerException is RequestFault own)
        {
            return own;
        }

        if (error is not DocumentError)
        {
            return new RequestFault(RequestErrorCodes.Internal, "Something went wrong on the server.");
        }

        var suggestion = suggestNames ? -1 : error.Message.IndexOf(Suggestion, StringComparison.Ordinal);
        var message = suggestion < 0 ? error.Message : error.Message[..suggestion];
        return RequestFault.BadInput(error.InnerException is FormatException reason ? $"{message} {reason.Message}" : message);
    }

    private static RequestFault WithPlace(RequestFault error, ExecutionError original)
    {
        error.Path = original.Path;
        foreach (var location in original.Locations ?? [])
        {
            error.AddLocation(location);
        }

        return error;
    }
}
