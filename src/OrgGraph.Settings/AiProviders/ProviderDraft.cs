using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.AiProviders;

/// <summary>What saving and testing are given alike.</summary>
internal interface IProviderValues
{
    string? Secret { get; }

    NamedValueInput[]? Settings { get; }

    HeaderInput[]? Headers { get; }

    string? EndpointUrl { get; }

    /// <summary>Whether the field was sent, be it as null.</summary>
    bool Has(string field);
}

/// <summary>A secret text of a draft: the stored one, or one that was just given.</summary>
internal sealed record DraftText(StoredText? Stored, Secret? Given)
{
    public bool IsKept => Given is null;
}

/// <summary>A setting of a draft: in clear or secret.</summary>
internal sealed record DraftSetting(string Name, string? Value, DraftText? Secret);

/// <summary>A header of a draft.</summary>
internal sealed record DraftHeader(string Name, DraftText Value);

/// <summary>
/// What a provider would be with what was given: of the stored one what was left out. Both saving and testing go this way, so that a
/// stored secret goes only where it was saved for.
/// </summary>
internal sealed record ProviderDraft(ProviderType Kind, string? EndpointUrl, IReadOnlyList<DraftSetting> Settings, IReadOnlyList<DraftHeader> Headers, DraftText? Secret)
{
    private const int MostSecretBytes = 64 * 1024;

    /// <summary>What it shall be called, where it is saved.</summary>
    public string Name { get; init; } = "";

    /// <summary>The models that are described in the stored one.</summary>
    public IReadOnlyList<CustomModel> CustomModels { get; init; } = [];

    /// <summary>What a model does, as far as it is known.</summary>
    public ModelFlavor FlavorOf(string model) => CustomModels.FirstOrDefault(custom => custom.Name == model)?.Flavor ?? ModelFlavor.Chat;

    /// <summary>How to sign in.</summary>
    public AuthMode Auth => Kind.AuthMode(Value(Kind.AuthSetting));

    /// <summary>A setting in clear, or its default; null: it is not set.</summary>
    public string? Value(string name) => Settings.FirstOrDefault(setting => setting.Name == name)?.Value ?? Kind.Setting(name)?.Default;

    /// <summary>Puts together what is stored and what was given.</summary>
    /// <param name="stored">What is there already; null: nothing.</param>
    /// <param name="texts">The secrets among what was given.</param>
    /// <param name="drops">The stored secret is to go.</param>
    /// <param name="outbound">Knows which addresses may be stored.</param>
    /// <returns>The draft, or why there is none.</returns>
    public static (ProviderDraft? Draft, UserError? Error) Make(AiProviderSnapshot? stored, ProviderType kind, IProviderValues values, GivenTexts texts, bool drops, IOutboundHttp outbound)
    {
        // Another kind means its settings otherwise, and must not get what was told in confidence to this one.
        var isOtherKind = stored is not null && stored.Type != kind.Type;
        var (settings, badSetting) = DraftSettings.Merge(isOtherKind ? [] : stored?.Settings ?? [], kind, values, texts, outbound);
        if (badSetting is not null)
        {
            return (null, badSetting);
        }

        var (headers, badHeader) = DraftHeaders.Merge(stored?.Headers ?? [], values, texts);
        if (badHeader is not null)
        {
            return (null, badHeader);
        }

        var endpoint = values.Has("endpointUrl") ? values.EndpointUrl?.Trim() : stored?.EndpointUrl;
        var secret = texts.Secret is { } given ? new DraftText(null, given) : drops || stored?.Secret is null ? null : new DraftText(stored.Secret, null);
        var draft = new ProviderDraft(kind, endpoint, settings, headers, secret);
        return draft.Check(stored, values, isOtherKind, outbound) is { } error ? (null, error) : (draft, null);
    }

    private ValidationError? Check(AiProviderSnapshot? stored, IProviderValues values, bool isOtherKind, IOutboundHttp outbound) =>
        CheckEndpoint(outbound)
        ?? (stored is not null && (isOtherKind || stored.EndpointUrl != EndpointUrl || DraftSettings.LeadElsewhere(stored.Settings, this) || DraftHeaders.Differ(stored.Headers, Headers))
            ? CheckKept(values)
            : null)
        ?? CheckSecret(stored);

    private ValidationError? CheckEndpoint(IOutboundHttp outbound) =>
        EndpointUrl is null
            ? Kind.IsCustom ? new ValidationError("A custom provider needs the address of its endpoint.", "endpointUrl") : null
            : outbound.WhyNot(EndpointUrl) is { } reason ? new ValidationError(reason, "endpointUrl") : null;

    // Else whoever may change a provider could have its secret sent to a server of their own, and read it there.
    private ValidationError? CheckKept(IProviderValues values)
    {
        if (Secret is { IsKept: true })
        {
            return new ValidationError("The stored secret goes only where it was saved for. With another type, address or header pass it again.", "secret");
        }

        if (Settings.Any(setting => setting.Secret is { IsKept: true }))
        {
            return new ValidationError("Stored secret settings go only where they were saved for. With another type, address or header pass them again.", "settings");
        }

        var kept = Headers.FirstOrDefault(header => header.Value.IsKept);
        return kept is null ? null : new ValidationError(
            $"The stored value of {kept.Name} goes only where it was saved for. With another type, address or header pass it again.", DraftHeaders.PathOf(values, kept.Name));
    }

    private ValidationError? CheckSecret(AiProviderSnapshot? stored)
    {
        if (Secret?.Given is { } given)
        {
            return CheckGiven(given.Reveal());
        }

        if (Secret is null)
        {
            return Kind.SecretRequired && Auth.Secret != AuthSecret.None
                ? new ValidationError($"{Kind.DisplayName} needs a secret: {Kind.SecretLabel}.", "secret")
                : null;
        }

        return Auth.Secret != AuthSecret.None && (Auth.Secret == AuthSecret.Json) != (AuthOf(stored!).Secret == AuthSecret.Json)
            ? new ValidationError("This way to sign in needs a secret of another form than the stored one: pass it.", "secret")
            : null;
    }

    private static AuthMode AuthOf(AiProviderSnapshot stored) => stored.Kind.AuthMode(stored.Settings.FirstOrDefault(setting => setting.Name == stored.Kind.AuthSetting)?.Value);

    private ValidationError? CheckGiven(string text)
    {
        if (text.Length == 0)
        {
            return new ValidationError("The secret is empty. Leave it out to keep the stored one, or pass removeSecret.", "secret");
        }

        if (System.Text.Encoding.UTF8.GetByteCount(text) > MostSecretBytes)
        {
            return new ValidationError("The secret is longer than 64 KiB.", "secret");
        }

        return Auth.Secret == AuthSecret.Json ? SecretForms.CheckJson(text, Auth.JsonFields) ?? (Auth.Probe == ProbeAuth.ServiceAccountToken ? SecretForms.CheckPrivateKey(text) : null)
            : text.Any(char.IsControl) ? new ValidationError("The secret holds a line break or another control character. Was more copied than meant?", "secret")
            : null;
    }
}

/// <summary>The secrets among what was given, each by where it stood. None of them is ever compared or written by its text.</summary>
internal sealed record GivenTexts(Secret? Secret, IReadOnlyList<Secret?> Settings, IReadOnlyList<Secret?> Headers)
{
    public static GivenTexts Of(IProviderValues values, ProviderType kind) => new(
        values.Secret is { } secret ? new Secret(secret) : null,
        [.. (values.Settings ?? []).Select(setting => kind.Setting(setting.Name.Trim()) is { IsSecret: true } && setting.Value.Length > 0 ? new Secret(setting.Value) : null)],
        [.. (values.Headers ?? []).Select(header => header.Value is { } value ? new Secret(value) : null)]);
}
