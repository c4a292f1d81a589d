using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.AiProviders;

/// <summary>What depends on the providers of the organization hears of each change of them, within the same decision.</summary>
internal interface IProviderDependent
{
    /// <summary>The providers are no longer as they were before the decision.</summary>
    /// <returns>The names of models that were selected for use and are no longer to be had.</returns>
    IReadOnlyList<string> ProvidersChanged(Decision decision);
}

/// <summary>The steps of saving a provider.</summary>
internal sealed class ProviderWriting
{
    private readonly SettingsLimits _limits;
    private readonly IOutboundHttp _outbound;
    private readonly IProviderDependent[] _dependents;

    internal ProviderWriting(SettingsLimits limits, IOutboundHttp outbound, IEnumerable<IProviderDependent> dependents) => (_limits, _outbound, _dependents) = (limits, outbound, [.. dependents]);

    /// <summary>Finds what is to be changed: by id, or by name. Null: it is to be made.</summary>
    public UserError? Find(Decision decision, SaveAiProviderInput input, ProviderType kind, Guid? project, out AiProviderSnapshot? stored, out string name)
    {
        var organization = decision.Organization();
        (stored, name) = (null, "");
        if (input.AiProviderId is { } id)
        {
            stored = AiProviderScope.Find(organization, decision.Caller, id);
            if (stored is null || stored.ProjectId != project)
            {
                return NotFoundError.Of("AI provider", "aiProviderId");
            }
        }

        var given = input.Name ?? (input.Has("name") ? kind.DefaultName : stored?.Name ?? kind.DefaultName);
        if (InputRules.Name(given, "name", out var clean) is { } badName)
        {
            return given is null ? new ValidationError($"A provider of type {kind.Type} needs a name.", "name") : badName;
        }

        var (wanted, found) = (clean, stored);
        var namesake = organization.AiProviders.In(project).All.FirstOrDefault(provider => provider.Name == wanted && provider.Id != found?.Id);
        if (stored is not null && namesake is not null)
        {
            return new ConflictError("Another provider has that name. Choose another one.", null, "name");
        }

        (stored, name) = (stored ?? namesake, clean);
        return stored is null
            ? input.ExpectedVersion is null ? TooMany(organization, project) : new ConflictError("There is no such provider any more.", null, "expectedVersion")
            : ConflictError.IfStale(input.ExpectedVersion, stored.Version);
    }

    public (ProviderDraft? Draft, UserError? Error) Draft(AiProviderSnapshot? stored, ProviderType kind, SaveAiProviderInput input, GivenTexts texts) =>
        InputRules.NotNull(input, "excludeDefaultModels", "supportsStreaming") is { } missing ? (null, missing)
        : input is { RemoveSecret: true, Secret: not null } ? (null, new ValidationError("Pass either a secret or removeSecret.", "removeSecret"))
        : input.RemoveSecret && kind.SecretRequired && stored?.Secret is not null
            ? (null, new ValidationError($"{kind.DisplayName} cannot do without its secret. Delete the provider instead.", "removeSecret"))
        : ProviderDraft.Make(stored, kind, input, texts, input.RemoveSecret, _outbound);

    /// <summary>The provider as it shall be.</summary>
    public (AiProviderSnapshot? Changed, UserError? Error) Change(
        AiProviderSnapshot origin, SaveAiProviderInput input, ProviderDraft draft, SealedTexts sealedTexts, Decision decision)
    {
        var (models, badModel) = input.Has("models") ? ModelInputs.Names(input.Models, "models") : (origin.Models, null);
        if (badModel is not null)
        {
            return (null, badModel);
        }

        var (custom, badCustom) = input.Has("customModels") ? ModelInputs.Custom(input.CustomModels, _limits) : (origin.CustomModels, null);
        if (badCustom is not null)
        {
            return (null, badCustom);
        }

        var changed = origin with
        {
            Type = draft.Kind.Type,
            Name = draft.Name,
            EndpointUrl = draft.EndpointUrl,
            Settings = [.. draft.Settings.Select(setting => new ProviderSetting(setting.Name, setting.Value, setting.Secret is { } secret ? sealedTexts.Stored(secret) : null))],
            Headers = [.. draft.Headers.Select(header => new ProviderHeader(header.Name, sealedTexts.Stored(header.Value)))],
            Models = models,
            CustomModels = custom,
            ExcludeDefaultModels = input.ExcludeDefaultModels ?? origin.ExcludeDefaultModels,
            SupportsStreaming = input.SupportsStreaming ?? origin.SupportsStreaming,
            Secret = draft.Secret is { } text ? sealedTexts.Stored(text) : null,
        };
        if (changed.Secret?.SecretId != origin.Secret?.SecretId)
        {
            changed = changed with { SecretNumber = origin.SecretNumber + 1, SecretUpdatedAt = decision.Now, SecretUpdatedBy = decision.Caller.Principal, IsRecordedStale = false };
        }

        return (changed, null);
    }

    /// <summary>Writes what differs, and tells of it.</summary>
    public void Write(Decision decision, AiProviderSnapshot? stored, AiProviderSnapshot changed, SealedTexts sealedTexts)
    {
        if (stored is not null && changed.SaysSameAs(stored))
        {
            return;
        }

        changed = changed with { UpdatedAt = decision.Now };
        decision.Put(AiProviderRow.Table, changed.ToRow(decision.Before.OrganizationId));
        var (before, after) = (SecretIds(stored), SecretIds(changed));
        sealedTexts.Keep(decision, after.Except(before));
        foreach (var gone in before.Except(after))
        {
            decision.Erase(gone);
        }

        var secretChanged = changed.SecretNumber != (stored?.SecretNumber ?? 0);
        if (secretChanged && changed.StaleAt is { } staleAt)
        {
            decision.Schedule(AiProviderStaleness.Work, changed.Id, staleAt, changed.SecretNumber);
        }

        decision.Raise(stored is null ? new AiProviderCreated(changed.Id, changed.ProjectId) : new AiProviderUpdated(changed.Id, changed.ProjectId, secretChanged), changed.Name);
        Tell(decision, changed.ProjectId);
    }

    /// <summary>Deletes a provider, and erases what was sealed for it.</summary>
    /// <returns>The models that were selected for use and are no longer to be had.</returns>
    public IReadOnlyList<string> Delete(Decision decision, AiProviderSnapshot provider)
    {
        decision.Remove(AiProviderRow.Table, provider.ToTombstone(decision.Before.OrganizationId));
        foreach (var text in provider.SealedTexts)
        {
            decision.Erase(text.SecretId);
        }

        decision.Raise(new AiProviderDeleted(provider.Id, provider.ProjectId), provider.Name);
        return Tell(decision, provider.ProjectId);
    }

    // Only the organization's own providers serve more than their project.
    private IReadOnlyList<string> Tell(Decision decision, Guid? project) => project is null ? [.. _dependents.SelectMany(dependent => dependent.ProvidersChanged(decision))] : [];

    private static HashSet<Guid> SecretIds(AiProviderSnapshot? provider) => [.. provider?.SealedTexts.Select(text => text.SecretId) ?? []];

    private LimitReachedError? TooMany(OrganizationSnapshot organization, Guid? project) =>
        SettingsLimits.Reached(_limits.AiProviders, organization.AiProviders.In(project).Count)
            ? new LimitReachedError($"{(project is null ? "An organization" : "A project")} holds at most {_limits.AiProviders} AI providers.", _limits.AiProviders)
            : null;
}

/// <summary>What was given, sealed before the decision.</summary>
internal sealed class SealedTexts
{
    private readonly Dictionary<Secret, (SealedWrite Write, string Preview)> _sealed = [];

    public static async ValueTask<SealedTexts> SealAsync(SecretVault vault, Guid organizationId, GivenTexts texts, CancellationToken cancellation)
    {
        var result = new SealedTexts();
        var all = texts.Settings.Select(text => (ProviderSecrets.SettingField, text))
            .Concat(texts.Headers.Select(text => (ProviderSecrets.HeaderField, text)))
            .Prepend((ProviderSecrets.SecretField, texts.Secret));
        foreach (var (field, text) in all)
        {
            if (text is not null)
            {
                result._sealed.Add(text, (await vault.SealAsync(organizationId, field, text, cancellation), SecretPreview.Of(text.Reveal())));
            }
        }

        return result;
    }

    /// <summary>What the row keeps of a text: of a stored one what it had.</summary>
    public StoredText Stored(DraftText text) => text.Given is { } given && _sealed[given] is var (write, preview) ? new StoredText(write.SecretId, preview) : text.Stored!;

    /// <summary>Stores those with the decision.</summary>
    public void Keep(Decision decision, IEnumerable<Guid> secretIds)
    {
        var wanted = secretIds.ToHashSet();
        foreach (var (write, _) in _sealed.Values.Where(one => wanted.Contains(one.Write.SecretId)))
        {
            decision.Keep(write);
        }
    }
}

/// <summary>What a provider's secrets are bound to in the vault.</summary>
internal static class ProviderSecrets
{
    public const string SecretField = "aiProvider.secret";
    public const string HeaderField = "aiProvider.header";
    public const string SettingField = "aiProvider.setting";

    /// <summary>All that is sealed of a provider, each with what it is.</summary>
    public static IEnumerable<(Guid Id, string Field)> Of(AiProviderSnapshot provider) =>
        Sealed(SecretField, [provider.Secret])
            .Concat(Sealed(HeaderField, provider.Headers.Select(header => header.Value)))
            .Concat(Sealed(SettingField, provider.Settings.Select(setting => setting.Secret)));

    private static IEnumerable<(Guid Id, string Field)> Sealed(string field, IEnumerable<StoredText?> texts) => texts.OfType<StoredText>().Select(text => (text.SecretId, field));
}
