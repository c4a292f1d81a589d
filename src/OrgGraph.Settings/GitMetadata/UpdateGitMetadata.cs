using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.GitMetadata;

/// <summary>A new git metadata policy.</summary>
public sealed class UpdateGitMetadataInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>The policy; null removes it, so that programs decide. Left out, it stays.</summary>
    public GitMetadataInput? Policy { get; set; }

    /// <summary>The version of gitMetadata that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The organization with its policy, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(ConflictError))]
public sealed class UpdateGitMetadataPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The organization.</summary>
    public Organization? Organization { get; } = result.IsAccepted ? new Organization(result.Organization()) : null;
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: SOME without fields, a stale version. Writes: the policy. Events: GitMetadataUpdated; none when it says
/// the same as before.
/// </summary>
public sealed class UpdateGitMetadataMutation(MutationRunner runner)
{
    private const string Subject = "Git metadata";

    /// <summary>Sets or removes the organization's git metadata policy.</summary>
    /// <param name="input">The policy.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<UpdateGitMetadataPayload?> UpdateGitMetadataAsync(IResolveFieldContext context, UpdateGitMetadataInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)));

    private static Refusal? Decide(Decision decision, UpdateGitMetadataInput input)
    {
        var before = decision.Organization().GitMetadata;
        if (ConflictError.IfStale(input.ExpectedVersion, before.Version) is { } stale)
        {
            return stale;
        }

        if (!input.Has("policy"))
        {
            return null;
        }

        var policy = input.Policy?.Read(before.Policy);
        if (policy is null && input.Policy is not null)
        {
            return new ValidationError("Name at least one field when collect is SOME.", "policy", "fields");
        }

        if (policy is null ? before.Policy is not null : !policy.SaysSameAs(before.Policy))
        {
            decision.Put(GitMetadataRow.Table, GitMetadataSnapshot.ToRow(decision.Before.OrganizationId, policy));
            decision.Raise(new GitMetadataUpdated(), Subject);
        }

        return null;
    }
}
