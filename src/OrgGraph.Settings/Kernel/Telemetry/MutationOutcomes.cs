using GraphQL;
using GraphQL.Execution;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Kernel.Telemetry;

/// <summary>How a mutation ended.</summary>
internal enum MutationOutcome
{
    Accepted,

    /// <summary>By a rule of the product: the payload says which.</summary>
    Refused,

    /// <summary>The caller may not.</summary>
    Denied,

    /// <summary>By an error: too costly, too slow, unavailable, unexpected.</summary>
    Failed,
}

/// <summary>Finds out how the mutations of one request ended.</summary>
internal static class MutationOutcomes
{
    private static readonly Dictionary<ErrorCode, string> Codes = Enum.GetValues<ErrorCode>().ToDictionary(code => code, code => EnumType.ConstantCase(code.ToString()));

    public static string TextOf(MutationOutcome outcome) => outcome switch
    {
        MutationOutcome.Accepted => "accepted",
        MutationOutcome.Refused => "refused",
        MutationOutcome.Denied => "denied",
        _ => "failed",
    };

    /// <summary>As the schema writes it.</summary>
    public static string TextOf(ErrorCode code) => Codes[code];

    /// <summary>Counts each mutation of a request.</summary>
    /// <returns>The code of the first refusal by a rule of the product; null when there is none.</returns>
    public static string? Count(ExecutionResult result, KernelMetrics metrics)
    {
        string? first = null;
        foreach (var field in (result.Data as RootExecutionNode)?.SubFields?.Where(field => !field.FieldDefinition.Name.StartsWith("__", StringComparison.Ordinal)) ?? [])
        {
            var (outcome, error) = Of(field, result.Errors);
            first ??= outcome == MutationOutcome.Refused ? error : null;
            metrics.Mutated(field.FieldDefinition.Name, outcome, error);
        }

        return first;
    }

    private static (MutationOutcome Outcome, string? Error) Of(ExecutionNode field, ExecutionErrors? errors)
    {
        if (field.Result is MutationPayload payload)
        {
            return payload.Errors is [var refusal, ..] ? (MutationOutcome.Refused, TextOf(refusal.Code)) : (MutationOutcome.Accepted, null);
        }

        var code = errors?.FirstOrDefault(error => error.Path?.FirstOrDefault() is string key && key == field.Name)?.Code ?? RequestErrorCodes.Internal;
        return (code is RequestErrorCodes.NotAuthenticated or RequestErrorCodes.NotAuthorized or RequestErrorCodes.SessionRequired ? MutationOutcome.Denied : MutationOutcome.Failed, code);
    }
}
