using OrgGraph.Secrets;
using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.ApiKeys;
using OrgGraph.Settings.Environments;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Invitations;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;
using OrgGraph.Settings.ServiceAccounts;

namespace OrgGraph.Settings.Seeding;

/// <summary>Makes an organization of a plan in one version, by the same decisions' rows and events as if people had done it.</summary>
public sealed class OrganizationSeeder
{
    private readonly Writer _writer;
    private readonly CredentialDirectory _credentials;
    private readonly TokenHasher _hasher;
    private readonly SecretVault _vault;
    private readonly ProviderWriting _providers;
    private readonly IOrganizationFounding[] _foundings;

    internal OrganizationSeeder(
        Writer writer, CredentialDirectory credentials, TokenHasher hasher, SecretVault vault, ProviderWriting providers, IEnumerable<IOrganizationFounding> foundings) =>
        (_writer, _credentials, _hasher, _vault, _providers, _foundings) = (writer, credentials, hasher, vault, providers, [.. foundings]);

    public async Task SeedAsync(SeedPlan plan, CancellationToken cancellation)
    {
        var secrets = new List<(GivenTexts Texts, SealedTexts Sealed)>();
        foreach (var provider in plan.AiProviders)
        {
            var texts = new GivenTexts(new Secret(provider.Secret), [], []);
            secrets.Add((texts, await SealedTexts.SealAsync(_vault, plan.OrganizationId, texts, cancellation)));
        }

        await _writer.AppendAsync(new AppendRequest(plan.OrganizationId, Caller.Anonymous, [], Scope.None, decision => Decide(decision, plan, secrets), IsNew: true), cancellation);
    }

    private Refusal? Decide(Decision decision, SeedPlan plan, IReadOnlyList<(GivenTexts Texts, SealedTexts Sealed)> secrets)
    {
        if (decision.Before.Version > 0 || decision.HasConflict)
        {
            return new ConflictError("The organization exists already.", null);
        }

        var people = plan.Members.Select(member => ToPerson(decision, member.Person)).ToDictionary(person => person.VerifiedEmail!);
        decision.ClaimName(plan.Name, InputRules.Normalize(plan.Name));
        var settings = new OrganizationSettings(plan.Name, ImageRenderingMode.Auto, decision.Now, decision.NextVersion, null, null);
        decision.Put(OrganizationSettingsRow.Table, settings.ToRow(plan.OrganizationId));
        foreach (var founding in _foundings)
        {
            founding.Found(decision, people[plan.Members[0].Person.VerifiedEmail!]);
        }

        AddGroups(decision, plan);
        AddMembers(decision, plan, people);
        AddKeys(decision, plan, people);
        AddPlaces(decision, plan);
        AddProviders(decision, plan, secrets);
        AddServiceAccounts(decision, plan);
        AddInvitations(decision, plan, people);
        return null;
    }

    private static Person ToPerson(Decision decision, PersonIdentity identity)
    {
        var row = PeopleDirectory.ToRow(decision.NewId(), identity, decision.Now);
        decision.Also(new SideChange.Insert(PersonRow.Table, row));
        return PeopleDirectory.ToPerson(row);
    }

    private static void AddGroups(Decision decision, SeedPlan plan)
    {
        foreach (var group in plan.Groups)
        {
            var id = decision.NewId();
            Guid[] includes = [.. (group.Includes ?? []).Select(name => GroupNamed(decision, name))];
            decision.Put(PermissionGroupRow.Table, new PermissionGroupSnapshot(id, 0, group.Name, group.Description, null, includes, decision.Now).ToRow(plan.OrganizationId));
            decision.Raise(new PermissionGroupCreated(id), group.Name);
            var given = new List<GrantSnapshot>();
            if (group.ReadsAuditLog)
            {
                given.Add(Grant(decision, id, Permission.Read, ResourceRef.AuditLog));
            }

            if (group.ManagesSettings)
            {
                given.Add(Grant(decision, id, Permission.Update, ResourceRef.Organization));
            }

            GrantDoor.Change(decision, [], given);
        }
    }

    private static GrantSnapshot Grant(Decision decision, Guid group, Permission permission, ResourceRef resource)
    {
        var fact = new GrantFact(decision.NewId(), GranteeKind.Group, group, permission, resource, null);
        return new GrantSnapshot(fact.Id, 0, fact, null, decision.Now, null);
    }

    private void AddServiceAccounts(Decision decision, SeedPlan plan)
    {
        foreach (var account in plan.ServiceAccounts)
        {
            var id = decision.NewId();
            Guid[] groups = [.. account.Groups.Select(name => GroupNamed(decision, name))];
            decision.Put(ServiceAccountRow.Table, new ServiceAccountSnapshot(id, 0, account.Name, groups, decision.Now, null, decision.NextVersion, ManagedBy.Owners).ToRow(plan.OrganizationId));
            decision.Raise(new ServiceAccountCreated(id), account.Name);
            var made = new NewCredential(Secrets.CredentialKind.ServiceToken, _hasher);
            var token = ServiceAccountRules.Make(decision, made, decision.NewId(), id, account.TokenName, null);
            ServiceAccountRules.Add(decision, _credentials, token, made);
            decision.Raise(new ServiceTokenCreated(token.Id), token.Name);
        }
    }

    private static void AddMembers(Decision decision, SeedPlan plan, Dictionary<string, Person> people)
    {
        foreach (var member in plan.Members)
        {
            var person = people[member.Person.VerifiedEmail!];
            Guid[] groups = [.. member.Groups.Select(name => GroupNamed(decision, name))];
            if (decision.Changed().Members[person.Id] is { } founder)
            {
                MemberGroups.Set(decision, founder, [.. founder.GroupIds.Union(groups)]);
            }
            else
            {
                MemberJoining.Join(decision, person, groups);
            }
        }
    }

    private void AddKeys(Decision decision, SeedPlan plan, Dictionary<string, Person> people)
    {
        foreach (var key in plan.ApiKeys)
        {
            var made = new NewCredential(Secrets.CredentialKind.ApiKey, _hasher);
            var owner = people[key.OwnerEmail];
            var row = new ApiKeySnapshot(decision.NewId(), 0, owner.Id, key.Name, key.Preview ?? made.Preview, key.CreatedAt ?? decision.Now, null, false, null, null, false, null);
            ApiKeyRules.Add(decision, _credentials, row, made);
            decision.Raise(new ApiKeyCreated(row.Id, owner.Id), key.Name);
        }
    }

    private static void AddPlaces(Decision decision, SeedPlan plan)
    {
        foreach (var name in plan.Projects)
        {
            var project = new ProjectSnapshot(decision.NewId(), 0, name, decision.Now);
            decision.Put(ProjectRow.Table, project.ToRow(plan.OrganizationId));
            decision.Raise(new ProjectCreated(project.Id), name);
        }

        foreach (var name in plan.Environments)
        {
            var environment = new EnvironmentSnapshot(decision.NewId(), 0, name, Slugs.Of(name), null, decision.Now);
            decision.Put(EnvironmentRow.Table, environment.ToRow(plan.OrganizationId));
            decision.Raise(new EnvironmentCreated(environment.Id), name);
        }
    }

    private void AddProviders(Decision decision, SeedPlan plan, IReadOnlyList<(GivenTexts Texts, SealedTexts Sealed)> secrets)
    {
        foreach (var (given, (texts, sealedTexts)) in plan.AiProviders.Zip(secrets))
        {
            var kind = ProviderCatalog.Find(given.Type)!;
            Guid? project = given.Project is { } name ? decision.Changed().Projects.All.First(one => one.Name == name).Id : null;
            _providers.Write(
                decision,
                null,
                new AiProviderSnapshot(decision.NewId(), 0, project, kind.Type, given.Name ?? kind.DefaultName!)
                {
                    EndpointUrl = given.EndpointUrl,
                    Settings = given.ApiBase is { } address ? [new ProviderSetting("api_base", address, null)] : [],
                    Secret = sealedTexts.Stored(new DraftText(null, texts.Secret)),
                    SecretNumber = 1,
                    SecretUpdatedAt = decision.Now,
                    CreatedAt = decision.Now,
                },
                sealedTexts);
        }
    }

    private void AddInvitations(Decision decision, SeedPlan plan, Dictionary<string, Person> people)
    {
        var inviter = PrincipalRef.User(people[plan.Members[0].Person.VerifiedEmail!].Id);
        foreach (var invited in plan.Invitations)
        {
            var invitation = new InvitationSnapshot(
                decision.NewId(), 0, invited.Email, EmailText.Normalize(invited.Email), [GroupNamed(decision, invited.Group)], inviter, false, decision.Now, decision.Now,
                InvitationStatus.Pending, MailDelivery.Queued, null, 0, 0, "", null, null);
            InvitationRules.Link(decision, _hasher, invitation, withMail: true);
            decision.Raise(new InvitationCreated(invitation.Id), invited.Email);
        }
    }

    private static Guid GroupNamed(Decision decision, string name)
    {
        var normalized = InputRules.Normalize(name);
        return decision.Changed().Groups.All.First(group => group.NormalizedName == normalized).Id;
    }
}
