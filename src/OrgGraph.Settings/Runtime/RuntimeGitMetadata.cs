using OrgGraph.Settings.GitMetadata;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Runtime;

/// <summary>Which git metadata a program collects.</summary>
public sealed class RuntimeGitMetadata
{
    /// <summary>What the program may collect: the least permissive merge of the organization's policy and what is asked.</summary>
    /// <param name="requested">What the program asks for; left out, the policy decides, and without one nothing is collected.</param>
    public GitMetadataPolicy GitMetadata([Parent] Runtime runtime, GitMetadataInput? requested) =>
        GitMetadataPolicy.Merge(runtime.Organization.GitMetadata.Policy, GitMetadataInput.ReadRequested(requested));
}
