using System.ComponentModel;
using GraphQL;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Members;

/// <summary>Which members.</summary>
public sealed class MemberFilter
{
    /// <summary>Part of the name or e-mail, in any case.</summary>
    public string? Search { get; set; }

    /// <summary>Only those directly in this group.</summary>
    [Id]
    public string? GroupId { get; set; }
}

/// <summary>In which order.</summary>
public sealed class MemberOrder
{
    /// <summary>By what.</summary>
    public MemberOrderField Field { get; set; }

    /// <summary>Which way.</summary>
    [DefaultValue(OrderDirection.Asc)]
    public OrderDirection Direction { get; set; } = OrderDirection.Asc;
}

/// <summary>What members can be ordered by.</summary>
public enum MemberOrderField
{
    /// <summary>The name to be shown.</summary>
    Name,

    /// <summary>The e-mail address.</summary>
    Email,

    /// <summary>When they joined.</summary>
    JoinedAt,

    /// <summary>When they last did something here.</summary>
    LastActiveAt,
}

/// <summary>The members of an organization.</summary>
public sealed class MemberQueries(UsageTracker usage)
{
    private const string Name = "Organization.members";

    /// <summary>The people who belong to the organization, by e-mail unless `order` says otherwise.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    /// <param name="order">In which order; the first entry counts, ties are by id.</param>
    public MemberConnection Members([Parent] Organization organization, int? first, string? after, int? last, string? before, MemberFilter? where, MemberOrder[]? order)
    {
        var snapshot = organization.Snapshot;
        var by = OrderOf(order, snapshot);
        IReadOnlyList<MemberSnapshot> list = by.Tag == "active" ? [.. snapshot.Members.All.Order(by)] : snapshot.Members.In(by);
        if (where?.Search is { Length: > 0 } || where?.GroupId is not null)
        {
            var group = where.GroupId is { } id ? GlobalId.Parse(id, "groupId").In(NodeType.PermissionGroup, snapshot.OrganizationId) ?? Guid.Empty : (Guid?)null;
            list = [.. list.Where(member => (where.Search is not { Length: > 0 } search || member.Matches(search)) && (group is null || member.GroupIds.Contains(group.Value)))];
        }

        return new MemberConnection(Paging.Of(Name, list, by, new PageArguments(first, after, last, before)).Select(row => new Member(snapshot, row)));
    }

    internal static string CursorOf(MemberSnapshot row) => new PageCursor($"{Name}.email+", MemberSnapshot.ByEmail.Key(row), row.Id).ToString();

    private SortOrder<MemberSnapshot> OrderOf(MemberOrder[]? order, OrganizationSnapshot snapshot)
    {
        if (order is not { Length: > 0 })
        {
            return MemberSnapshot.ByEmail;
        }

        if (order.Length > 1)
        {
            throw RequestFault.BadInput("Members can be ordered by one field at a time.");
        }

        var by = order[0].Field switch
        {
            MemberOrderField.Name => MemberSnapshot.ByName,
            MemberOrderField.JoinedAt => MemberSnapshot.ByJoining,
            MemberOrderField.LastActiveAt => new SortOrder<MemberSnapshot>("active", member => SortKey.Of(usage.LastUsed(UsageTracker.KeyOf(snapshot.OrganizationId, member.Id)))),
            _ => MemberSnapshot.ByEmail,
        };
        return by with { Descending = order[0].Direction == OrderDirection.Desc };
    }
}
