using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Members;

/// <summary>The door by which a person becomes a member.</summary>
internal static class MemberJoining
{
    public static void Join(Decision decision, Person person, Guid[] groups)
    {
        var member = new MemberSnapshot(person.Id, decision.NextVersion, groups, decision.Now, decision.NextVersion, "", "", null, null, null, null, default).With(person);
        decision.Put(MemberRow.Table, member.ToRow(decision.Before.OrganizationId));
        decision.Also(new SideChange.Upsert(MembershipRow.Table, new MembershipRow { PersonId = person.Id, OrganizationId = decision.Before.OrganizationId }));
        decision.Raise(new MemberJoined(person.Id), member.DisplayName);
    }
}

/// <summary>The door by which a member's groups change.</summary>
internal static class MemberGroups
{
    /// <summary>Puts the member into exactly these groups; tells whether that is a change.</summary>
    public static bool Set(Decision decision, MemberSnapshot member, Guid[] groups)
    {
        var added = groups.Except(member.GroupIds).ToArray();
        var removed = member.GroupIds.Except(groups).ToArray();
        if (added.Length == 0 && removed.Length == 0)
        {
            return false;
        }

        decision.Put(MemberRow.Table, (member with { GroupIds = groups }).ToRow(decision.Before.OrganizationId));
        decision.Raise(new MemberGroupsChanged(member.Id, added, removed), member.DisplayName);
        return true;
    }
}

/// <summary>Tells a person's organizations that the issuer of their sign-in calls them differently now.</summary>
internal sealed class MemberProfiles(Kernel.Graph.MutationRunner runner)
{
    public async Task UpdateAsync(Person person, IReadOnlyCollection<Guid> organizations)
    {
        foreach (var organization in organizations)
        {
            await runner.DecideAsSystemAsync(organization, decision => Decide(decision, person), CancellationToken.None);
        }
    }

    private static Refusal? Decide(Decision decision, Person person)
    {
        if (decision.Organization().Members[person.Id] is { } member && member.With(person) is var changed && changed != member)
        {
            decision.Put(MemberRow.Table, changed.ToRow(decision.Before.OrganizationId));
            decision.Raise(new MemberUpdated(person.Id), changed.DisplayName);
        }

        return null;
    }
}
