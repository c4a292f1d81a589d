using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Members;

/// <summary>What else ends when a person leaves: areas that hold something of theirs end it here.</summary>
internal interface IMemberDeparture
{
    /// <summary>Ends it; tells how many credentials were revoked.</summary>
    int Depart(Decision decision, MemberSnapshot member);
}

/// <summary>Removes a member.</summary>
public sealed class RemoveMemberInput : MutationInput, IScoped
{
    /// <summary>Whose membership.</summary>
    [Id]
    public string MemberId { get; set; } = "";

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(MemberId, "memberId").Organized);
}

/// <summary>What was removed, or why nothing was.</summary>
[Errors(typeof(NotFoundError), typeof(LastOwnerError), typeof(NotGrantableError))]
public sealed class RemoveMemberPayload : MutationPayload
{
    internal RemoveMemberPayload(AppendResult result, string memberId, int revokedApiKeyCount)
        : base(result)
    {
        RemovedMemberId = result.IsAccepted ? memberId : null;
        RevokedApiKeyCount = result.IsAccepted ? revokedApiKeyCount : null;
    }

    /// <summary>The member that was removed.</summary>
    [Id]
    public string? RemovedMemberId { get; }

    /// <summary>How many of the person's API keys were revoked with it.</summary>
    public int? RevokedApiKeyCount { get; }
}

/// <summary>
/// Caller: REMOVE_MEMBERS; owners for an owner. Refused: no such member, the last owner. Writes: member, directory, the person's keys.
/// Events: MemberRemoved, ApiKeyRevoked for each key.
/// </summary>
public sealed class RemoveMemberMutation
{
    private readonly MutationRunner _runner;
    private readonly MemberDepartures _departures;
    private readonly PeopleDirectory _people;

    internal RemoveMemberMutation(MutationRunner runner, MemberDepartures departures, PeopleDirectory people) => (_runner, _departures, _people) = (runner, departures, people);

    /// <summary>Removes a person from the organization and revokes their API keys in it. Only owners remove owners.</summary>
    /// <param name="input">Whose membership.</param>
    [Authorize(Policy.RemoveMembers)]
    public async Task<RemoveMemberPayload?> RemoveMemberAsync(IResolveFieldContext context, RemoveMemberInput input)
    {
        var revoked = 0;
        var id = GlobalId.Parse(input.MemberId, "memberId");
        var result = await _runner.DecideAsync(context, decision => Decide(decision, id, out revoked));
        _people.ForgetMemberships(id.Id);
        return new RemoveMemberPayload(result, input.MemberId, revoked);
    }

    private Refusal? Decide(Decision decision, GlobalId id, out int revoked)
    {
        revoked = 0;
        var organization = decision.Organization();
        if (id.In(NodeType.Member, organization.OrganizationId) is not { } member || organization.Members[member] is not { } row)
        {
            return NotFoundError.Of("member", "memberId");
        }

        revoked = _departures.Depart(decision, row, left: false);
        return GivingRules.Check(decision, [PrincipalRef.User(member)], "memberId");
    }
}

/// <summary>Leaves an organization.</summary>
public sealed class LeaveOrganizationInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>What the caller has left, or why not.</summary>
[Errors(typeof(LastOwnerError))]
public sealed class LeaveOrganizationPayload : MutationPayload
{
    internal LeaveOrganizationPayload(AppendResult result, Guid person)
        : base(result)
    {
        LeftOrganizationId = result.IsAccepted ? GlobalId.Organization(result.Snapshot.OrganizationId).ToString() : null;
        RemovedMemberId = result.IsAccepted ? new GlobalId(NodeType.Member, result.Snapshot.OrganizationId, person).ToString() : null;
    }

    /// <summary>The organization that the caller has left.</summary>
    [Id]
    public string? LeftOrganizationId { get; }

    /// <summary>The caller's membership, which is no more.</summary>
    [Id]
    public string? RemovedMemberId { get; }
}

/// <summary>
/// Caller: a member by session. Refused: the last owner. Writes: member, directory, the person's keys.
/// Events: MemberRemoved, ApiKeyRevoked for each key.
/// </summary>
public sealed class LeaveOrganizationMutation
{
    private readonly MutationRunner _runner;
    private readonly MemberDepartures _departures;
    private readonly PeopleDirectory _people;

    internal LeaveOrganizationMutation(MutationRunner runner, MemberDepartures departures, PeopleDirectory people) => (_runner, _departures, _people) = (runner, departures, people);

    /// <summary>The caller leaves the organization; their API keys in it are revoked. The last owner cannot leave.</summary>
    /// <param name="input">Which organization.</param>
    [Authorize(Policy.Session), Authorize(Policy.Member)]
    public async Task<LeaveOrganizationPayload?> LeaveOrganizationAsync(IResolveFieldContext context, LeaveOrganizationInput input)
    {
        var person = context.Caller().Principal!.Value.Id;
        var result = await _runner.DecideAsync(context, decision => Decide(decision, person));
        _people.ForgetMemberships(person);
        return new LeaveOrganizationPayload(result, person);
    }

    private Refusal? Decide(Decision decision, Guid person)
    {
        _departures.Depart(decision, decision.Organization().Members[person]!, left: true);
        return GivingRules.LastOwner(decision);
    }
}

/// <summary>The door by which a membership ends.</summary>
internal sealed class MemberDepartures(IEnumerable<IMemberDeparture> departures)
{
    /// <summary>Ends the membership and what hangs on it; tells how many credentials were revoked.</summary>
    public int Depart(Decision decision, MemberSnapshot member, bool left)
    {
        var organization = decision.Before.OrganizationId;
        decision.Remove(MemberRow.Table, (member with { GroupIds = [] }).ToRow(organization));
        decision.Also(new SideChange.Delete(
            MembershipRow.Table, [(nameof(MembershipRow.PersonId), member.Id), (nameof(MembershipRow.OrganizationId), organization)]));
        decision.Raise(new MemberRemoved(member.Id, left), member.DisplayName);
        return departures.Sum(departure => departure.Depart(decision, member));
    }
}
