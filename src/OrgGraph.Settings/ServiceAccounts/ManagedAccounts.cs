using System.Globalization;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Who is told that a token was ended by hand.</summary>
internal interface ITokenKeeper
{
    void Revoked(Decision decision, Guid token);
}

/// <summary>The door by which the server manages accounts of its own: nobody else edits or deletes them, or makes tokens of theirs.</summary>
internal static class ManagedAccounts
{
    /// <summary>Makes an account. When owners have one of that name already, the name gets a number.</summary>
    public static Guid Open(Decision decision, ManagedBy managedBy, string name)
    {
        var free = name;
        for (var number = 2; ServiceAccountRules.NameTaken(decision.Changed(), free, except: null) is not null; number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name} {number}");
        }

        var account = new ServiceAccountSnapshot(decision.NewId(), 0, free, [], decision.Now, decision.Caller.Principal, decision.NextVersion, managedBy);
        decision.Put(ServiceAccountRow.Table, account.ToRow(decision.Before.OrganizationId));
        decision.Raise(new ServiceAccountCreated(account.Id), free);
        return account.Id;
    }

    /// <summary>Gives the account a token in place of the one before, which ends at once.</summary>
    /// <returns>The new token's id.</returns>
    public static Guid GiveToken(Decision decision, CredentialDirectory credentials, NewCredential made, Guid account, string name, Guid? previous)
    {
        var old = Good(decision, previous);
        var token = ServiceAccountRules.Make(decision, made, decision.NewId(), account, name, expiresAt: null, old?.Id);
        ServiceAccountRules.Add(decision, credentials, token, made);
        if (old is null)
        {
            decision.Raise(new ServiceTokenCreated(token.Id), name);
        }
        else
        {
            decision.Raise(new ServiceTokenRotated(token.Id, old.Id), name);
            ServiceAccountRules.Revoke(decision, old);
        }

        return token.Id;
    }

    /// <summary>Ends a token, unless it has ended.</summary>
    public static void EndToken(Decision decision, Guid? token)
    {
        if (Good(decision, token) is { } good)
        {
            ServiceAccountRules.Revoke(decision, good);
        }
    }

    private static ServiceTokenSnapshot? Good(Decision decision, Guid? token) =>
        token is { } id && decision.Changed().ServiceTokens.All[id] is { EndedAt: null } good ? good : null;
}
