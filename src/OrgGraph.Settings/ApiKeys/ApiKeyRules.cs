using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Members;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>The rules that several mutations of API keys share.</summary>
internal static class ApiKeyRules
{
    public const string ExpiryWork = "apiKey.expire";

    /// <summary>Finds the key that an id names, if the caller may see it.</summary>
    public static ApiKeySnapshot? Find(Decision decision, string id)
    {
        var organization = decision.Organization();
        return GlobalId.Parse(id, "apiKeyId").In(NodeType.ApiKey, organization.OrganizationId) is { } key
            && organization.ApiKeys.All[key] is { } row
            && ApiKey.CanSee(organization, decision.Caller, row.CreatorId)
                ? row
                : null;
    }

    public static LimitReachedError? LimitReached(Decision decision, SettingsLimits limits) =>
        CredentialRules.LimitReached(
            limits.ActiveApiKeys,
            decision.Organization().ApiKeys.Of(decision.Caller.Principal!.Value.Id).All,
            decision.Now,
            $"You have {limits.ActiveApiKeys} API keys here that still work. Revoke one first.");

    /// <summary>A key of the caller's, as the secret was made.</summary>
    public static ApiKeySnapshot Make(Decision decision, NewCredential made, Guid id, string name, DateTimeOffset? expiresAt, Guid? rotatedFrom) =>
        new(id, 0, decision.Caller.Principal!.Value.Id, name, made.Preview, decision.Now, expiresAt, false, rotatedFrom, null, false, null);

    public static void Add(Decision decision, CredentialDirectory credentials, ApiKeySnapshot key, NewCredential made)
    {
        Put(decision, key);
        decision.Also(credentials.Add(made.Kind, made.Hash, decision.Before.OrganizationId, key.Id));
    }

    /// <summary>Writes the key, and has its expiry recorded when it comes.</summary>
    public static void Put(Decision decision, ApiKeySnapshot key)
    {
        decision.Put(ApiKeyRow.Table, key.ToRow(decision.Before.OrganizationId));
        if (key is { EndedAt: null, ExpiresAt: { } at })
        {
            decision.Schedule(ExpiryWork, key.Id, at);
        }
    }

    /// <summary>Ends a key: its hash goes at once, so that it is as unknown as one that never was.</summary>
    public static void Revoke(Decision decision, ApiKeySnapshot key)
    {
        Put(decision, key with { EndedAt = decision.Now, IsRevoked = true, RevokedBy = decision.Caller.Principal });
        decision.Also(CredentialDirectory.Remove(key.Id));
        decision.Raise(new ApiKeyRevoked(key.Id, key.CreatorId), key.Name);
    }
}

/// <summary>The door by which a person's keys end with their membership.</summary>
internal sealed class ApiKeyRevocation : IMemberDeparture
{
    public int Depart(Decision decision, MemberSnapshot member)
    {
        var keys = decision.Organization().ApiKeys.Of(member.Id).All.Where(key => key.EndedAt is null).ToList();
        keys.ForEach(key => ApiKeyRules.Revoke(decision, key));
        return keys.Count;
    }
}

/// <summary>Records that a key has expired, as an event, once its time has come.</summary>
public sealed class ApiKeyExpiry(MutationRunner runner) : IWorkHandler
{
    public string Kind => ApiKeyRules.ExpiryWork;

    public Task HandleAsync(WorkItem item, CancellationToken cancellation) => runner.DecideAsSystemAsync(item.OrganizationId, decision => Decide(decision, item), cancellation);

    private static Refusal? Decide(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        if (decision.Organization().ApiKeys.All[item.SubjectId] is not { EndedAt: null, ExpiresAt: { } at } key)
        {
            return null;
        }

        if (at > decision.Now)
        {
            // The clock was set back, or the key's end was put off.
            decision.Schedule(ApiKeyRules.ExpiryWork, key.Id, at);
        }
        else
        {
            decision.Put(ApiKeyRow.Table, (key with { EndedAt = decision.Now }).ToRow(decision.Before.OrganizationId));
            decision.Also(CredentialDirectory.Remove(key.Id));
            decision.Raise(new ApiKeyExpired(key.Id, key.CreatorId), key.Name);
        }

        return null;
    }
}
