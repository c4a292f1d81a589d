using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Grants;

/// <summary>A right to give.</summary>
public sealed class GrantInput
{
    /// <summary>To whom: a user, a service account or a custom permission group.</summary>
    [Id]
    public string GranteeId { get; set; } = "";

    /// <summary>What it allows.</summary>
    public Permission Permission { get; set; }

    /// <summary>What it applies to.</summary>
    public ResourceInput Resource { get; set; } = null!;

    /// <summary>On PROJECT or ALL_PROJECTS: only for this kind of object inside.</summary>
    public ResourceType? RestrictTo { get; set; }
}

/// <summary>Rights to give and to take away, in one step.</summary>
public sealed class UpdateGrantsInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Grants to make, at most 100.</summary>
    public GrantInput[]? Add { get; set; }

    /// <summary>Grants to take away, at most 100.</summary>
    [Id]
    public string[]? Remove { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId) with { ResourcesIn = snapshot => Concerned((OrganizationSnapshot)snapshot) };

    private IEnumerable<ResourceRef> Concerned(OrganizationSnapshot organization)
    {
        foreach (var given in Add ?? [])
        {
            if (given.Resource.In(organization.OrganizationId) is { } resource)
            {
                yield return new GrantFact(default, default, default, given.Permission, resource, given.RestrictTo).Target;
            }
        }

        foreach (var id in Remove ?? [])
        {
            if (GlobalId.Parse(id, "remove").In(NodeType.Grant, organization.OrganizationId) is { } grant && organization.Grants[grant] is { } row)
            {
                yield return row.Fact.Target;
            }
        }
    }
}

/// <summary>The grants as they are now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(BuiltInImmutableError), typeof(NotGrantableError), typeof(ManagedError), typeof(LimitReachedError))]
public sealed class UpdateGrantsPayload : MutationPayload
{
    internal UpdateGrantsPayload(AppendResult result, GrantChange? change)
        : base(result)
    {
        if (result.IsAccepted && change is not null)
        {
            var organization = result.Organization();
            Added = [.. change.Wanted.Select(id => new Grant(organization, organization.Grants[id]!))];
            RemovedGrantIds = [.. change.Gone.Select(grant => new GlobalId(NodeType.Grant, organization.OrganizationId, grant.Id).ToString())];
        }
    }

    /// <summary>The grants asked for, in order: the new ones, and those that were there before.</summary>
    public IReadOnlyList<Grant> Added { get; } = [];

    /// <summary>The grants that were taken away.</summary>
    [Id]
    public IReadOnlyList<string> RemovedGrantIds { get; } = [];
}

/// <summary>
/// Caller: MANAGE_ACCESS on the organization, or on each object concerned. Refused as a whole: unknown grantees, resources or grants,
/// built-in groups, managed accounts, rights that the caller may not give, limits. Writes: grants. Events: GrantsChanged.
/// </summary>
public sealed class UpdateGrantsMutation(MutationRunner runner, SettingsLimits limits)
{
    /// <summary>Gives and takes away rights, all or nothing. It may be called again: an equal grant that exists stays and is answered in `added`.</summary>
    /// <param name="input">What to give, and what to take away.</param>
    [Authorize(Policy.ManageAccess)]
    public async Task<UpdateGrantsPayload?> UpdateGrantsAsync(IResolveFieldContext context, UpdateGrantsInput input)
    {
        GrantChange? change = null;
        var result = await runner.DecideAsync(context, decision => (change = new GrantChange(decision, limits)).Decide(input));
        return new UpdateGrantsPayload(result, change);
    }
}

/// <summary>One try at the change.</summary>
internal sealed class GrantChange(Decision decision, SettingsLimits limits)
{
    private const int MaxItems = 100;

    private readonly OrganizationSnapshot _organization = decision.Organization();
    private readonly List<GrantSnapshot> _come = [];

    /// <summary>The grants taken away.</summary>
    public List<GrantSnapshot> Gone { get; } = [];

    /// <summary>The grants asked for, new or not, in order.</summary>
    public List<Guid> Wanted { get; } = [];

    public Refusal? Decide(UpdateGrantsInput input)
    {
        var (add, remove) = (input.Add ?? [], input.Remove ?? []);
        if (add.Length + remove.Length == 0)
        {
            return new ValidationError("Pass at least one grant to add or to remove.");
        }

        if (add.Length > MaxItems || remove.Length > MaxItems)
        {
            return new ValidationError($"A list holds at most {MaxItems} grants.", add.Length > MaxItems ? "add" : "remove");
        }

        for (var i = 0; i < remove.Length; i++)
        {
            if (Take(remove[i], Array.IndexOf(remove, remove[i]) < i, ResourceInputs.PathOf("remove", i)) is { } refused)
            {
                return refused;
            }
        }

        for (var i = 0; i < add.Length; i++)
        {
            if (Give(add[i], ResourceInputs.PathOf("add", i)) is { } refused)
            {
                return refused;
            }
        }

        if (GrantDoor.Full(_organization, limits, _come.Count - Gone.Count, "add") is { } full)
        {
            return full;
        }

        GrantDoor.Change(decision, Gone, _come);
        return null;
    }

    private UserError? Take(string id, bool isTwice, string[] path)
    {
        if (GlobalId.Parse(id, "remove").In(NodeType.Grant, _organization.OrganizationId) is not { } local)
        {
            return NotFoundError.Of("grant", path);
        }

        if (isTwice)
        {
            return new ValidationError("The same grant is named twice.", path);
        }

        if (_organization.Grants[local] is not { } grant || !Grant.CanSee(_organization, decision.Caller, grant.Fact))
        {
            return NotFoundError.Of("grant", path);
        }

        if (Managed(grant.Fact.GranteeKind, grant.Fact.GranteeId, path) is { } managed)
        {
            return managed;
        }

        var rights = decision.CallerRights;
        if (!rights.Can(Permission.ManageAccess, ResourceRef.Organization) && !rights.Can(Permission.ManageAccess, grant.Fact.Target))
        {
            return new NotGrantableError("You may not take this right away: you do not manage the access of what it applies to.", path);
        }

        Gone.Add(grant);
        return null;
    }

    private UserError? Give(GrantInput input, string[] path)
    {
        if (Grant.FindGrantee(_organization, decision.Caller, input.GranteeId, "granteeId") is not var (kind, grantee))
        {
            return NotFoundError.Of("user, service account or permission group", [.. path, "granteeId"]);
        }

        if (kind == GranteeKind.Group && _organization.Groups[grantee]!.BuiltIn is not null)
        {
            return new BuiltInImmutableError("Built-in groups keep their rights. Make a group of your own.", [.. path, "granteeId"]);
        }

        var (resource, name, error) = ResourceInputs.Read(_organization, decision.Caller, input.Permission, input.Resource, input.RestrictTo, path);
        error ??= Managed(kind, grantee, [.. path, "granteeId"]);
        if (error is not null)
        {
            return error;
        }

        var fact = new GrantFact(decision.NewId(), kind, grantee, input.Permission, resource, input.RestrictTo);
        if (GrantDoor.CheckSecrets(decision, fact, path) is { } secrets)
        {
            return secrets;
        }

        if (GivingRules.CheckGrant(decision, fact, path) is { } refused)
        {
            return refused;
        }

        if (_come.Exists(other => other.Fact.SaysSameAs(fact)))
        {
            return new ValidationError("The same grant is named twice.", path);
        }

        if (_organization.Access.GrantsOf(grantee).FirstOrDefault(other => other.SaysSameAs(fact)) is { } existing && !Gone.Exists(other => other.Id == existing.Id))
        {
            Wanted.Add(existing.Id);
            return Wanted.IndexOf(existing.Id) < Wanted.Count - 1 ? new ValidationError("The same grant is named twice.", path) : null;
        }

        _come.Add(new GrantSnapshot(fact.Id, 0, fact, name, decision.Now, decision.Caller.Principal));
        Wanted.Add(fact.Id);
        return null;
    }

    private ManagedError? Managed(GranteeKind kind, Guid grantee, string[] path) =>
        kind == GranteeKind.ServiceAccount && _organization.ServiceAccounts[grantee]!.ManagedBy != ManagedBy.Owners
            ? new ManagedError("The server manages this service account's rights by itself.", _organization.ServiceAccounts[grantee]!.ManagedBy, path)
            : null;
}
