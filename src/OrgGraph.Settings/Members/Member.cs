using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Members;

/// <summary>A person. The same person in every organization.</summary>
[Name("User"), Implements(typeof(INode)), Implements(typeof(IPrincipal))]
public sealed class User : INode, IPrincipal
{
    private readonly Guid _id;
    private readonly string? _avatarUrl;

    internal User(MemberSnapshot member)
    {
        _id = member.Id;
        DisplayName = member.DisplayName;
        Email = new EmailAddress(member.Email);
        GivenName = member.GivenName;
        FamilyName = member.FamilyName;
        _avatarUrl = member.AvatarUrl;
        CreatedAt = member.PersonCreatedAt;
    }

    internal User(Person person)
    {
        _id = person.Id;
        DisplayName = person.DisplayName;
        Email = new EmailAddress(person.Email);
        GivenName = person.GivenName;
        FamilyName = person.FamilyName;
        _avatarUrl = person.AvatarUrl;
        CreatedAt = person.CreatedAt;
    }

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => GlobalId.User(_id).ToString();

    /// <summary>How to call the person on a page.</summary>
    public string DisplayName { get; }

    /// <summary>The e-mail address, as the issuer of the sign-in tells it. Only one that a trusted issuer has verified counts for invitations.</summary>
    public EmailAddress Email { get; }

    /// <summary>The given name, as the issuer of the sign-in tells it.</summary>
    public string? GivenName { get; }

    /// <summary>The family name, as the issuer of the sign-in tells it.</summary>
    public string? FamilyName { get; }

    /// <summary>A picture of the person.</summary>
    public Uri? AvatarUrl => _avatarUrl is { } url ? new Uri(url) : null;

    /// <summary>When the person was first seen on this server.</summary>
    public DateTimeOffset CreatedAt { get; }
}

/// <summary>That a person belongs to an organization.</summary>
[Name("Member"), Implements(typeof(INode))]
public sealed class Member : INode, IScoped
{
    internal Member(OrganizationSnapshot organization, MemberSnapshot row) => (Organization, Row) = (organization, row);

    [Ignore]
    internal OrganizationSnapshot Organization { get; }

    [Ignore]
    internal MemberSnapshot Row { get; }

    [Ignore]
    public Scope Scope => new(Organization.OrganizationId);

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.Member, Organization.OrganizationId, Row.Id).ToString();

    /// <summary>The person.</summary>
    public User User => new(Row);

    /// <summary>When the person joined.</summary>
    public DateTimeOffset JoinedAt => Row.JoinedAt;

    /// <summary>When the person last did something here, to the minute; null: not since joining.</summary>
    public DateTimeOffset? LastActiveAt([FromServices] UsageTracker usage) => usage.LastUsed(UsageTracker.KeyOf(Organization.OrganizationId, Row.Id));

    /// <summary>Whether the person is an owner, directly or through nesting.</summary>
    public bool IsOwner => Organization.Access.Owners.Contains(PrincipalRef.User(Row.Id));

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => Row.Version;
}

/// <summary>A page of members.</summary>
[Name("MemberConnection")]
public sealed class MemberConnection(Page<Member> page) : Connection<Member, MemberEdge>(page);

/// <summary>A member, and its place in the list.</summary>
[Name("MemberEdge")]
public sealed class MemberEdge : Edge<Member>;
