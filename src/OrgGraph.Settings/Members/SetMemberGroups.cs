using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Members;

/// <summary>Which groups a member is in.</summary>
public sealed class SetMemberGroupsInput : MutationInput, IScoped
{
    /// <summary>Whose membership.</summary>
    [Id]
    public string MemberId { get; set; } = "";

    /// <summary>All groups that the member is directly in afterwards: at least one, at most 100.</summary>
    [Id]
    public string[] GroupIds { get; set; } = [];

    /// <summary>The member's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(MemberId, "memberId").Organized);
}

/// <summary>The member as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(GroupRequiredError), typeof(LastOwnerError), typeof(NotGrantableError))]
public sealed class SetMemberGroupsPayload : MutationPayload
{
    internal SetMemberGroupsPayload(AppendResult result, GlobalId id)
        : base(result)
    {
        if (result.IsAccepted && result.Organization().Members[id.Id] is { } row)
        {
            Member = new Member(result.Organization(), row);
        }
    }

    /// <summary>The member.</summary>
    public Member? Member { get; }
}

/// <summary>
/// Caller: MANAGE_ACCESS. Refused: no such member or group, no group, stale version, rights that the caller may not give or take, the
/// last owner. Writes: member. Events: MemberGroupsChanged.
/// </summary>
public sealed class SetMemberGroupsMutation(MutationRunner runner)
{
    /// <summary>Puts a member into exactly these groups. Only owners put somebody into Owners, or take somebody out.</summary>
    /// <param name="input">Whose groups, and which.</param>
    [Authorize(Policy.ManageAccess)]
    public async Task<SetMemberGroupsPayload?> SetMemberGroupsAsync(IResolveFieldContext context, SetMemberGroupsInput input)
    {
        var id = GlobalId.Parse(input.MemberId, "memberId");
        return new SetMemberGroupsPayload(await runner.DecideAsync(context, decision => Decide(decision, input, id)), id);
    }

    private static Refusal? Decide(Decision decision, SetMemberGroupsInput input, GlobalId id)
    {
        var organization = decision.Organization();
        if (id.In(NodeType.Member, organization.OrganizationId) is not { } memberId || organization.Members[memberId] is not { } member)
        {
            return NotFoundError.Of("member", "memberId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, member.Version) is { } stale)
        {
            return stale;
        }

        if (input.GroupIds.Length == 0)
        {
            return new GroupRequiredError("Every member needs at least one group.", "groupIds");
        }

        var (groups, error) = InputRules.Ids(input.GroupIds, NodeType.PermissionGroup, organization.OrganizationId, "groupIds", "permission group", group => organization.Groups[group] is not null);
        if (error is not null)
        {
            return error;
        }

        MemberGroups.Set(decision, member, groups);
        return GivingRules.Check(decision, [PrincipalRef.User(memberId)], "groupIds");
    }
}
