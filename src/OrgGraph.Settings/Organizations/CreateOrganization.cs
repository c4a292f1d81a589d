using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Organizations;

/// <summary>What a new organization is given by other areas: groups, and its first owner.</summary>
internal interface IOrganizationFounding
{
    void Found(Decision decision, Person founder);
}

/// <summary>A new organization.</summary>
public sealed class CreateOrganizationInput : MutationInput
{
    /// <summary>Its name, unique over all organizations without regard to case: 1 to 256 characters.</summary>
    public string Name { get; set; } = "";
}

/// <summary>The new organization, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(ConflictError), typeof(LimitReachedError))]
public sealed class CreateOrganizationPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The new organization.</summary>
    public Organization? Organization { get; } = result.IsAccepted ? new Organization(result.Organization()) : null;

    /// <summary>The new organization with a cursor, for lists.</summary>
    public OrganizationEdge? OrganizationEdge => Organization is { } made ? Viewer.EdgeOf(made) : null;
}

/// <summary>
/// Caller: a person by session, who becomes its owner. Refused: a bad or taken name, too many a day, too many tries an hour.
/// Writes: the directory's name, settings, built-in groups, the member. Events: MemberJoined.
/// </summary>
public sealed class CreateOrganizationMutation
{
    private readonly MutationRunner _runner;
    private readonly OrganizationNames _names;
    private readonly IOrganizationFounding[] _foundings;
    private readonly SettingsLimits _limits;
    private readonly IdSource _ids;
    private readonly TimeProvider _clock;
    private readonly PeopleDirectory _people;

    internal CreateOrganizationMutation(
        MutationRunner runner, OrganizationNames names, IEnumerable<IOrganizationFounding> foundings, SettingsLimits limits, IdSource ids, TimeProvider clock, PeopleDirectory people)
    {
        _runner = runner;
        _names = names;
        _foundings = [.. foundings];
        _limits = limits;
        _ids = ids;
        _clock = clock;
        _people = people;
    }

    /// <summary>Makes an organization; the caller becomes its owner, and the groups Owners, Engineers and Viewers exist from the start.</summary>
    /// <param name="input">The new organization.</param>
    [Authorize(Policy.Session)]
    public async Task<CreateOrganizationPayload?> CreateOrganizationAsync(IResolveFieldContext context, CreateOrganizationInput input)
    {
        var person = context.Caller().Person!;
        var id = _ids.Next();
        if (await RefuseAsync(input, person, context.CancellationToken) is { } error)
        {
            return new CreateOrganizationPayload(new AppendResult(OrganizationSnapshot.Empty(id, 0), null, [error]));
        }

        var result = await _runner.DecideAsync(context, id, decision => Decide(decision, input, person), isNew: true);
        _people.ForgetMemberships(person.Id);
        return new CreateOrganizationPayload(result);
    }

    // A taken name is told although it is another tenant's: so tries are counted.
    private async Task<UserError?> RefuseAsync(CreateOrganizationInput input, Person person, CancellationToken cancellation)
    {
        if (InputRules.Name(input.Name, "name", out var name) is { } invalid)
        {
            return invalid;
        }

        var now = _clock.GetUtcNow();
        if (!await _names.HasRoomAsync(Made(person), now, cancellation))
        {
            return TooMany();
        }

        if (!await _names.TryTakeAsync(OrganizationNameTries.Of(person.Id, _limits), now, cancellation))
        {
            return new LimitReachedError($"You tried {_limits.OrganizationNames} names within an hour. Try again later.", _limits.OrganizationNames);
        }

        return await _names.FindAsync(InputRules.Normalize(name), cancellation) is null ? null : Taken();
    }

    private Refusal? Decide(Decision decision, CreateOrganizationInput input, Person person)
    {
        if (decision.HasReachedLimit)
        {
            return TooMany();
        }

        if (decision.HasConflict)
        {
            return Taken();
        }

        InputRules.Name(input.Name, "name", out var name);
        decision.ClaimName(name, InputRules.Normalize(name));
        decision.Also(new SideChange.Take(Made(person), decision.Now));
        decision.Changes.ActorName = person.DisplayName;
        var settings = new OrganizationSettings(name, ImageRenderingMode.Auto, decision.Now, decision.NextVersion, null, null);
        decision.Put(OrganizationSettingsRow.Table, settings.ToRow(decision.Before.OrganizationId));
        foreach (var founding in _foundings)
        {
            founding.Found(decision, person);
        }

        return null;
    }

    private Allowance Made(Person person) => new(person.Id, "organization", _limits.Organizations, TimeSpan.FromDays(1));

    private LimitReachedError TooMany() => new($"You made {_limits.Organizations} organizations within a day. Try again tomorrow.", _limits.Organizations);

    private static ConflictError Taken() => new("An organization of that name exists. Choose another one.", null, "name");
}

/// <summary>A taken name is told although it is another tenant's: so tries are counted, whatever the mutation.</summary>
internal static class OrganizationNameTries
{
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    public static Allowance Of(Guid principal, SettingsLimits limits) => new(principal, "organization-name", limits.OrganizationNames, Window);
}
