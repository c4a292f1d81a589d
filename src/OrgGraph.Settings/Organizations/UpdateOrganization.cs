using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Organizations;

/// <summary>Changes of an organization's own fields: what is left out stays.</summary>
public sealed class UpdateOrganizationInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Its new name, unique over all organizations without regard to case. Scripts and proxies may select it by name: tell their owners.</summary>
    public string? Name { get; set; }

    /// <summary>How pictures that others put into texts are shown.</summary>
    public ImageRenderingMode? ImageRenderingMode { get; set; }

    /// <summary>The settingsVersion that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The organization as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(ConflictError))]
public sealed class UpdateOrganizationPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The organization.</summary>
    public Organization? Organization { get; } = result.IsAccepted ? new Organization(result.Organization()) : null;
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: a bad or taken name, a stale version; RATE_LIMITED: too many names tried an hour. Writes: settings,
/// the directory's name. Events: OrganizationUpdated.
/// </summary>
public sealed class UpdateOrganizationMutation(MutationRunner runner, OrganizationNames names, SettingsLimits limits, TimeProvider clock)
{
    /// <summary>Changes the organization's name or image mode. Names that are tried count with those of createOrganization: beyond the limit RATE_LIMITED.</summary>
    /// <param name="input">What to change.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<UpdateOrganizationPayload?> UpdateOrganizationAsync(IResolveFieldContext context, UpdateOrganizationInput input)
    {
        var holder = await FindHolderAsync(context.Request(), input);
        return new UpdateOrganizationPayload(await runner.DecideAsync(context, decision => Decide(decision, input, holder)));
    }

    // Who has the name that is asked for; only another one than the present is looked for, and each time that is counted.
    private async Task<Guid?> FindHolderAsync(RequestContext request, UpdateOrganizationInput input)
    {
        if (InputRules.Name(input.Name, "name", out var name) is not null
            || await request.SnapshotAsync(input.Scope.OrganizationId!.Value) is not OrganizationSnapshot snapshot
            || InputRules.Normalize(snapshot.Settings.Name) == InputRules.Normalize(name))
        {
            return null;
        }

        if (!await names.TryTakeAsync(OrganizationNameTries.Of(request.Caller.Principal!.Value.Id, limits), clock.GetUtcNow(), request.Cancellation))
        {
            throw RequestFault.RateLimited($"You tried {limits.OrganizationNames} names within an hour. Try again later.", OrganizationNameTries.Window);
        }

        return await names.FindAsync(InputRules.Normalize(name), request.Cancellation);
    }

    private static Refusal? Decide(Decision decision, UpdateOrganizationInput input, Guid? holder)
    {
        var before = decision.Organization().Settings;
        if (InputRules.NotNull(input, "name", "imageRenderingMode") is { } missing)
        {
            return missing;
        }

        if (ConflictError.IfStale(input.ExpectedVersion, before.SettingsVersion) is { } stale)
        {
            return stale;
        }

        var name = before.Name;
        if (input.Name is not null && InputRules.Name(input.Name, "name", out name) is { } invalid)
        {
            return invalid;
        }

        if (decision.HasConflict || (holder is { } other && other != decision.Before.OrganizationId))
        {
            return new ConflictError("An organization of that name exists. Choose another one.", null, "name");
        }

        var after = before with { Name = name, ImageRenderingMode = input.ImageRenderingMode ?? before.ImageRenderingMode };
        if (after == before)
        {
            return null;
        }

        if (name != before.Name)
        {
            decision.ClaimName(name, InputRules.Normalize(name));
        }

        decision.Put(OrganizationSettingsRow.Table, (after with { SettingsVersion = decision.NextVersion }).ToRow(decision.Before.OrganizationId));
        decision.Raise(new OrganizationUpdated(), name);
        return null;
    }
}

/// <summary>How an input that names its organization is scoped.</summary>
internal static class OrganizationScope
{
    public static Scope Of(string id)
    {
        var parsed = GlobalId.Parse(id, "organizationId");
        return new Scope(parsed.Type == NodeType.Organization ? parsed.Id : null);
    }
}
