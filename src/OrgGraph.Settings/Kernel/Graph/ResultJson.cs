using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Results that are one error, for hosts that refuse before anything is executed.</summary>
public static class ResultJson
{
    public static ReadOnlyMemory<byte> Of(RequestFault fault) => ResultWriter.Write(fault, withData: false);

    public static ReadOnlyMemory<byte> Unavailable(string message) => Of(RequestFault.Unavailable(message));
}
