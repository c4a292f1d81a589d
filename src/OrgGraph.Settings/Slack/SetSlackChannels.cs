using System.Globalization;
using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Slack;

/// <summary>Selects the channels that messages may go to.</summary>
public sealed class SetSlackChannelsInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Slack's own ids of channels to select, up to 100. One that the list lacks is looked up at Slack: up to 10 of those at once.</summary>
    public string[]? Add { get; set; }

    /// <summary>Ids of channels to select no more, up to 100. Alerts that write to them are broken then.</summary>
    public string[]? Remove { get; set; }

    /// <summary>The connection's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The connection as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError))]
public sealed class SetSlackChannelsPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The connection.</summary>
    public SlackIntegration? Slack { get; } = result.IsAccepted ? SlackIntegration.Of(result.Organization()) : null;
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: Slack is not connected, a malformed id or one twice, a channel that Slack does not have for the app or
/// that is not selected, too many, stale version. Calls Slack for ids that the list lacks. Writes: selection. Events:
/// SlackChannelAccessChanged; those of alerts that break or work again by it.
/// </summary>
public sealed class SetSlackChannelsMutation
{
    private const int MostInList = 100;
    private const int MostLookedUp = 10;
    private const int MostSelected = 1000;

    private readonly MutationRunner _runner;
    private readonly SlackWorkspace _workspace;
    private readonly SecretVault _vault;

    internal SetSlackChannelsMutation(MutationRunner runner, SlackWorkspace workspace, SecretVault vault) => (_runner, _workspace, _vault) = (runner, workspace, vault);

    /// <summary>Selects channels for OrgGraph, or selects them no more. Messages go to selected channels only, whoever sends them.</summary>
    /// <param name="input">Which channels.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<SetSlackChannelsPayload?> SetSlackChannelsAsync(IResolveFieldContext context, SetSlackChannelsInput input)
    {
        var request = context.Request();
        var organization = (OrganizationSnapshot)(await request.SnapshotAsync(input.Scope.OrganizationId!.Value))!;
        if (Check(input) is { } invalid)
        {
            return new SetSlackChannelsPayload(await _runner.DecideAsync(context, _ => invalid));
        }

        var (found, error) = await LookUpAsync(organization, input, request.Cancellation);
        return new SetSlackChannelsPayload(await _runner.DecideAsync(context, decision => error ?? Decide(decision, input, found)));
    }

    private static ValidationError? Check(SetSlackChannelsInput input)
    {
        if ((input.Add?.Length ?? 0) + (input.Remove?.Length ?? 0) == 0)
        {
            return new ValidationError("Name a channel to add or to remove.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, list) in new[] { ("add", input.Add ?? []), ("remove", input.Remove ?? []) })
        {
            if (list.Length > MostInList)
            {
                return new ValidationError($"A list holds at most {MostInList} ids.", name);
            }

            for (var i = 0; i < list.Length; i++)
            {
                if (!ChannelIds.IsOne(list[i]))
                {
                    return new ValidationError("This is no id of a Slack channel: they begin with C or G, like C0123456789.", name, Index(i));
                }

                if (!seen.Add(list[i]))
                {
                    return new ValidationError("The same channel is named twice.", name, Index(i));
                }
            }
        }

        return null;
    }

    private async Task<(Dictionary<string, SlackChannelSnapshot> Found, Refusal? Error)> LookUpAsync(OrganizationSnapshot organization, SetSlackChannelsInput input, CancellationToken cancellation)
    {
        var found = new Dictionary<string, SlackChannelSnapshot>(StringComparer.Ordinal);
        var slack = organization.Slack;
        var unknown = (input.Add ?? []).Select((id, index) => (Id: id, Index: index)).Where(channel => slack.Find(channel.Id) is null && organization.SlackChannels[channel.Id] is null).ToArray();
        if (unknown.Length == 0 || !slack.HasWorkspace)
        {
            return (found, null);
        }

        if (unknown.Length > MostLookedUp)
        {
            return (found, new ValidationError($"The list lacks more than {MostLookedUp} of these. Refresh the channels first, or add fewer at once.", "add", Index(unknown[MostLookedUp].Index)));
        }

        var token = slack.TokenSecretId is { } id ? await _vault.OpenAsync(organization.OrganizationId, id, SlackIntegrationSnapshot.TokenField, cancellation) : null;
        var time = _workspace.Begin(SlackTime.OfMutation);
        foreach (var (channelId, index) in unknown)
        {
            var (channel, error) = await FindAsync(token, channelId, index, time, cancellation);
            if (error is not null)
            {
                return (found, error);
            }

            found[channelId] = channel!;
        }

        return (found, null);
    }

    private async Task<(SlackChannelSnapshot? Channel, UserError? Error)> FindAsync(Secret? token, string channelId, int index, SlackTime time, CancellationToken cancellation)
    {
        if (token is null)
        {
            return (null, new ValidationError("The list lacks this channel, and Slack cannot be asked for it: connect Slack again.", "add", Index(index)));
        }

        var (channel, failed) = await _workspace.FindAsync(token, channelId, time, cancellation);
        return channel is not null ? (channel, null)
            : failed is null or { Error: "channel_not_found" } ? (null, new NotFoundError(failed?.Reason ?? "This is no channel.", "add", Index(index)))
            : (null, new ValidationError($"The list lacks this channel, and Slack was asked for it. {failed.Reason}", "add", Index(index)));
    }

    private static Refusal? Decide(Decision decision, SetSlackChannelsInput input, Dictionary<string, SlackChannelSnapshot> found)
    {
        var organization = decision.Organization();
        var slack = organization.Slack;
        if (!slack.HasWorkspace)
        {
            return NotFoundError.Of("connection to Slack", "organizationId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, slack.Version) is { } stale)
        {
            return stale;
        }

        var selected = slack.Accessible.ToDictionary(channel => channel.ChannelId, StringComparer.Ordinal);
        for (var i = 0; i < (input.Remove?.Length ?? 0); i++)
        {
            if (!selected.Remove(input.Remove![i]))
            {
                return new NotFoundError("This channel is not selected.", "remove", Index(i));
            }
        }

        for (var i = 0; i < (input.Add?.Length ?? 0); i++)
        {
            var id = input.Add![i];
            if (!selected.ContainsKey(id))
            {
                if ((organization.SlackChannels[id] ?? found.GetValueOrDefault(id)) is not { } channel)
                {
                    return new ValidationError("The list of channels changed meanwhile. Try again.", "add", Index(i));
                }

                selected[id] = new AccessibleChannel(id, channel.Name, channel.IsPrivate);
            }
        }

        return Write(decision, slack, selected.Values);
    }

    private static ValidationError? Write(Decision decision, SlackIntegrationSnapshot slack, IReadOnlyCollection<AccessibleChannel> selected)
    {
        if (selected.Count > MostSelected && selected.Count > slack.Accessible.Count)
        {
            return new ValidationError($"At most {MostSelected} channels can be selected.", "add");
        }

        var after = slack.With(selected);
        if (!after.Accessible.SequenceEqual(slack.Accessible))
        {
            SlackDoor.Change(decision, after, new SlackChannelAccessChanged());
        }

        return null;
    }

    private static string Index(int index) => index.ToString(CultureInfo.InvariantCulture);
}
