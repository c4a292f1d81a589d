using GraphQL;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.GitMetadata;

/// <summary>How much git metadata is collected.</summary>
public enum GitCollect
{
    /// <summary>Every field.</summary>
    All,

    /// <summary>Nothing.</summary>
    None,

    /// <summary>The fields that are named.</summary>
    Some,
}

/// <summary>What can be collected of the working copy that a program runs from.</summary>
public enum GitField
{
    /// <summary>The commit's hash.</summary>
    Commit,

    /// <summary>The branch.</summary>
    Branch,

    /// <summary>The tag, if the commit has one.</summary>
    Tag,

    /// <summary>Whether something is not committed.</summary>
    Dirty,

    /// <summary>The name of the commit's author.</summary>
    AuthorName,

    /// <summary>The e-mail address of the commit's author.</summary>
    AuthorEmail,

    /// <summary>The commit's message.</summary>
    CommitMessage,

    /// <summary>When it was committed.</summary>
    CommitTime,

    /// <summary>What is not committed, as a diff.</summary>
    GitDiff,
}

/// <summary>Which git metadata is collected.</summary>
[Name("GitMetadataPolicy")]
public sealed class GitMetadataPolicy
{
    private static readonly GitMetadataPolicy Nothing = new(GitCollect.None, []);

    internal GitMetadataPolicy(GitCollect collect, IEnumerable<GitField> fields) => (Collect, Fields) = (collect, [.. fields.Distinct().Order()]);

    /// <summary>How much.</summary>
    public GitCollect Collect { get; }

    /// <summary>The fields that SOME means. A stored policy keeps them with ALL and NONE too, where they have no effect; an effective one has none there.</summary>
    public GitField[] Fields { get; }

    /// <summary>
    /// The least permissive of what the organization sets and what a program asks. Without a policy the program decides, and nothing is
    /// collected when it does not ask either; with one, a program that does not ask leaves it to the policy.
    /// </summary>
    internal static GitMetadataPolicy Merge(GitMetadataPolicy? policy, GitMetadataPolicy? requested) => (policy?.Effective(), requested?.Effective()) switch
    {
        (null, null) => Nothing,
        (null or { Collect: GitCollect.All }, { } asked) => asked,
        ({ } set, null or { Collect: GitCollect.All }) => set,
        ({ Collect: GitCollect.None }, _) or (_, { Collect: GitCollect.None }) => Nothing,
        ({ } set, { } asked) => new GitMetadataPolicy(GitCollect.Some, set.Fields.Intersect(asked.Fields)).Effective(),
    };

    internal bool SaysSameAs(GitMetadataPolicy? other) => other is not null && Collect == other.Collect && Fields.SequenceEqual(other.Fields);

    // Some of nothing is nothing.
    private GitMetadataPolicy Effective() => Collect != GitCollect.Some ? new GitMetadataPolicy(Collect, []) : Fields.Length == 0 ? Nothing : this;
}

/// <summary>Which git metadata to collect.</summary>
public sealed class GitMetadataInput : MutationInput
{
    /// <summary>How much.</summary>
    public GitCollect Collect { get; set; }

    /// <summary>At least one with SOME. With ALL and NONE they are kept but without effect; left out in a policy that is saved, those of before stay.</summary>
    public GitField[]? Fields { get; set; }

    /// <summary>The policy; null when it is SOME of nothing.</summary>
    internal GitMetadataPolicy? Read(GitMetadataPolicy? before)
    {
        if (Collect == GitCollect.Some && Fields is not { Length: > 0 })
        {
            return null;
        }

        return new GitMetadataPolicy(Collect, Has("fields") ? Fields ?? [] : before?.Fields ?? []);
    }

    /// <summary>What a query asks for.</summary>
    /// <exception cref="RequestFault">BAD_USER_INPUT: it is SOME of nothing.</exception>
    internal static GitMetadataPolicy? ReadRequested(GitMetadataInput? requested) =>
        requested is null ? null : requested.Read(before: null) ?? throw RequestFault.BadInput("requested.fields must name at least one field when collect is SOME.");
}
