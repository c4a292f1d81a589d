using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.ServiceAccounts;

namespace OrgGraph.Settings.DataPlane;

/// <summary>
/// The one token by which the data plane asks this server: of an account that the server manages, which may read projects, and secrets if
/// an owner says so. A new one ends the one before in the same decision, so there are never two.
/// </summary>
internal sealed class ManagedToken(CredentialDirectory credentials) : ITokenKeeper
{
    /// <summary>The delivery's work item.</summary>
    public const string DeliveryWork = "dataPlane.deliver";

    /// <summary>What it is sealed as.</summary>
    public const string SecretField = "dataPlane.token";

    /// <summary>What the account, the token and the area are called.</summary>
    public const string Subject = "Data plane";

    /// <summary>Gives the account a new token.</summary>
    /// <param name="toDeliver">The token, sealed, to be brought to the data plane; null: a person installs it.</param>
    public DataPlaneSnapshot Replace(Decision decision, DataPlaneSnapshot before, NewCredential made, SealedWrite? toDeliver)
    {
        var state = Forget(decision, before);
        var account = state.AccountId ?? ManagedAccounts.Open(decision, ManagedBy.DataPlane, Subject);
        SetGrants(decision, account, state.ResolvesSecrets);
        var token = ManagedAccounts.GiveToken(decision, credentials, made, account, Subject, state.TokenId);
        var number = state.DeliveryNumber + 1;
        if (toDeliver is not null)
        {
            decision.Keep(toDeliver);
            decision.Schedule(DeliveryWork, decision.Before.OrganizationId, decision.Now, number);
        }

        decision.Raise(new DataPlaneTokenChanged(), Subject);
        return state with
        {
            AccountId = account,
            TokenId = token,
            SecretId = toDeliver?.SecretId,
            DeliveryNumber = number,
            TokenDelivery = toDeliver is null ? TokenDelivery.Manual : TokenDelivery.Pending,
        };
    }

    /// <summary>Ends the token. The account stays, for the next one and for the log.</summary>
    public static DataPlaneSnapshot Withdraw(Decision decision, DataPlaneSnapshot before)
    {
        var state = Forget(decision, before);
        if (state.AccountId is { } account)
        {
            ManagedAccounts.EndToken(decision, state.TokenId);
            SetGrants(decision, account, resolvesSecrets: false);
            decision.Raise(new DataPlaneTokenChanged(), Subject);
        }

        return state with { TokenId = null };
    }

    /// <summary>Lets the account read secrets, or not any more.</summary>
    public static void SetGrants(Decision decision, Guid account, bool resolvesSecrets)
    {
        (Permission Permission, ResourceRef Resource)[] wanted = resolvesSecrets
            ? [(Permission.Read, ResourceRef.AllProjects), (Permission.ResolveSecrets, ResourceRef.Organization)]
            : [(Permission.Read, ResourceRef.AllProjects)];
        var held = decision.Changed().Grants.All.Where(grant => grant.Fact.GranteeKind == GranteeKind.ServiceAccount && grant.Fact.GranteeId == account).ToList();
        GrantDoor.Change(
            decision,
            [.. held.Where(grant => !wanted.Contains((grant.Fact.Permission, grant.Fact.Resource)))],
            [.. wanted.Where(right => !held.Exists(grant => (grant.Fact.Permission, grant.Fact.Resource) == right)).Select(right => Grant(decision, account, right.Permission, right.Resource))]);
    }

    /// <summary>An owner ended the token by hand: nothing is delivered any more.</summary>
    public void Revoked(Decision decision, Guid token)
    {
        var state = decision.Organization().DataPlane;
        if (state.TokenId == token)
        {
            decision.Put(DataPlaneRow.Table, (Forget(decision, state) with { TokenId = null }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new DataPlaneTokenChanged(), Subject);
        }
    }

    // What waits to be delivered is erased; its work item finds that it was overtaken.
    private static DataPlaneSnapshot Forget(Decision decision, DataPlaneSnapshot state)
    {
        if (state.SecretId is { } secret)
        {
            decision.Erase(secret);
        }

        return state with { SecretId = null, TokenDelivery = TokenDelivery.None, TokenDeliveryError = null };
    }

    private static GrantSnapshot Grant(Decision decision, Guid account, Permission permission, ResourceRef resource)
    {
        var fact = new GrantFact(decision.NewId(), GranteeKind.ServiceAccount, account, permission, resource, null);
        return new GrantSnapshot(fact.Id, 0, fact, null, decision.Now, decision.Caller.Principal);
    }
}
