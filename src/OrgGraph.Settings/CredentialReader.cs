using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings;

/// <summary>From a key or token in a snapshot to who acts by it.</summary>
public sealed class CredentialReader(PeopleDirectory people)
{
    /// <summary>Null when the snapshot does not know the credential, or its creator is gone.</summary>
    public async ValueTask<Caller?> ReadAsync(Secrets.CredentialKind kind, Snapshot snapshot, Guid credentialId, CancellationToken cancellation)
    {
        var organization = (OrganizationSnapshot)snapshot;
        if (kind == Secrets.CredentialKind.ServiceToken)
        {
            return organization.ServiceTokens.All[credentialId] is { } token
                ? Caller.ServiceToken(token.AccountId, snapshot.OrganizationId, token.Id, token.Preview, token.ExpiresAt)
                : null;
        }

        if (organization.ApiKeys.All[credentialId] is not { } key)
        {
            return null;
        }

        return await people.FindAsync(key.CreatorId, cancellation) is { } person
            ? Caller.ApiKey(person, snapshot.OrganizationId, key.Id, key.Preview, key.ExpiresAt)
            : null;
    }
}
