using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Runtime;

/// <summary>Where the data plane is.</summary>
public sealed class RuntimeDataPlane
{
    /// <summary>Where the organization's data plane is.</summary>
    public DataPlane.DataPlane DataPlane([Parent] Runtime runtime) => new(runtime.Organization);
}
