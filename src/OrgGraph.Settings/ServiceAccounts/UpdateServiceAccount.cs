using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Changes of a service account: what is left out stays.</summary>
public sealed class UpdateServiceAccountInput : MutationInput, IScoped
{
    /// <summary>Which account.</summary>
    [Id]
    public string ServiceAccountId { get; set; } = "";

    /// <summary>Its new name, unique among the organization's service accounts without regard to case: 1 to 256 characters.</summary>
    public string? Name { get; set; }

    /// <summary>All groups that it is directly in afterwards, at most 100. Empty only when it holds grants of its own.</summary>
    [Id]
    public string[]? GroupIds { get; set; }

    /// <summary>The account's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => ServiceAccountRules.ScopeOf(ServiceAccountId, "serviceAccountId");
}

/// <summary>The service account as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(ManagedError))]
public sealed class UpdateServiceAccountPayload : MutationPayload
{
    internal UpdateServiceAccountPayload(AppendResult result, string id)
        : base(result) =>
        ServiceAccount = result.IsAccepted && ServiceAccountRules.Find(result.Organization(), id) is { } row ? new ServiceAccount(result.Organization(), row) : null;

    /// <summary>The service account.</summary>
    public ServiceAccount? ServiceAccount { get; }
}

/// <summary>
/// Caller: an owner by session or by the token of an account in Owners. Refused: no such account, a managed one, stale version, bad or
/// taken name, unknown groups, no group and no grant. Writes: account. Events: ServiceAccountUpdated.
/// </summary>
public sealed class UpdateServiceAccountMutation(MutationRunner runner)
{
    /// <summary>Changes a service account's name or groups. Not by API key.</summary>
    /// <param name="input">Which account, and what to change.</param>
    [Authorize(Policy.SessionOrServiceToken), Authorize(Policy.Owner)]
    public async Task<UpdateServiceAccountPayload?> UpdateServiceAccountAsync(IResolveFieldContext context, UpdateServiceAccountInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.ServiceAccountId);

    private static Refusal? Decide(Decision decision, UpdateServiceAccountInput input)
    {
        var organization = decision.Organization();
        if (ServiceAccountRules.Find(organization, input.ServiceAccountId) is not { } account)
        {
            return NotFoundError.Of("service account", "serviceAccountId");
        }

        if (ServiceAccountRules.Managed(account, "serviceAccountId") is { } managed)
        {
            return managed;
        }

        if (InputRules.NotNull(input, "name", "groupIds") is { } missing)
        {
            return missing;
        }

        if (ConflictError.IfStale(input.ExpectedVersion, account.Version) is { } stale)
        {
            return stale;
        }

        var (name, groups) = (account.Name, account.GroupIds);
        if (input.Name is not null && (InputRules.Name(input.Name, "name", out name) ?? (UserError?)ServiceAccountRules.NameTaken(organization, name, except: account.Id)) is { } badName)
        {
            return badName;
        }

        if (input.GroupIds is not null)
        {
            (groups, var error) = InputRules.Ids(input.GroupIds, NodeType.PermissionGroup, organization.OrganizationId, "groupIds", "permission group", group => organization.Groups[group] is not null);
            if (error is not null)
            {
                return error;
            }

            if (groups.Length == 0 && organization.Access.GrantsOf(account.Id).Count == 0)
            {
                return new ValidationError("The account holds no grant of its own: without a group it could do nothing.", "groupIds");
            }
        }

        ServiceAccountRules.SetGroups(decision, account, name, groups);
        return null;
    }
}
