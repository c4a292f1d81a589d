using GraphQL;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.GitMetadata;

/// <summary>The organization's policy. Its row stays when the policy goes: it tells when that was.</summary>
internal sealed class GitMetadataRow : SettingsRow
{
    public static readonly RowTable<GitMetadataRow> Table = new("GitMetadata", "OrganizationId", "Id");

    /// <summary>Null: no policy.</summary>
    public GitCollect? Collect { get; init; }

    /// <summary>Names, comma-separated.</summary>
    public required string Fields { get; init; }
}

/// <summary>The organization's policy, as the snapshot holds it.</summary>
/// <param name="Version">0: there never was one.</param>
internal sealed record GitMetadataSnapshot(int Version, GitMetadataPolicy? Policy)
{
    public static readonly GitMetadataSnapshot None = new(0, null);

    public static GitMetadataSnapshot Of(GitMetadataRow row) => new(row.Version, row.Collect is { } collect ? new GitMetadataPolicy(collect, Parse(row.Fields)) : null);

    public static GitMetadataRow ToRow(Guid organization, GitMetadataPolicy? policy) => new()
    {
        OrganizationId = organization,
        Id = organization,
        Collect = policy?.Collect,
        Fields = string.Join(',', policy?.Fields ?? []),
    };

    private static IEnumerable<GitField> Parse(string fields) => fields.Length == 0 ? [] : fields.Split(',').Select(Enum.Parse<GitField>);
}

/// <summary>What the organization says about the collecting of git metadata.</summary>
[Name("GitMetadataSettings")]
public sealed class GitMetadataSettings
{
    private readonly GitMetadataSnapshot _row;

    internal GitMetadataSettings(OrganizationSnapshot organization) => _row = organization.GitMetadata;

    /// <summary>The policy; null when the organization sets none, and programs decide.</summary>
    public GitMetadataPolicy? Policy => _row.Policy;

    /// <summary>The organization's version at which this last changed, 0 when it never did: pass it as expectedVersion.</summary>
    public int Version => _row.Version;
}

/// <summary>The git metadata policy of an organization.</summary>
public sealed class GitMetadataQueries
{
    /// <summary>Which git metadata programs may collect.</summary>
    public GitMetadataSettings GitMetadata([Parent] Organization organization) => new(organization.Snapshot);

    /// <summary>What is collected by a program that asks for this: the least permissive merge of the organization's policy and what is asked.</summary>
    /// <param name="requested">What the program asks for; left out, the policy decides, and without one nothing is collected.</param>
    public GitMetadataPolicy EffectiveGitMetadata([Parent] Organization organization, GitMetadataInput? requested) =>
        GitMetadataPolicy.Merge(organization.Snapshot.GitMetadata.Policy, GitMetadataInput.ReadRequested(requested));
}
