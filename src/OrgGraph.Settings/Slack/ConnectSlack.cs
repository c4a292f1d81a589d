using System.Buffers.Text;
using System.Text;
using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Invitations;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Slack;

/// <summary>Begins to connect Slack.</summary>
public sealed class ConnectSlackInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Where the callback page leads back to: an address under the server's public one, or a path on it, up to 1,000 characters.</summary>
    public string? ReturnUrl { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>Where to go on, or why it was not begun.</summary>
[Errors(typeof(ValidationError), typeof(UpstreamError))]
public sealed class ConnectSlackPayload : MutationPayload
{
    internal ConnectSlackPayload(AppendResult result, Uri? authorizeUrl)
        : base(result)
    {
        if (result.IsAccepted)
        {
            (AuthorizeUrl, Slack) = (authorizeUrl, SlackIntegration.Of(result.Organization()));
        }
    }

    /// <summary>Slack's page of consent: open it in the browser of who asked, within ten minutes. From there Slack leads to the server's callback page.</summary>
    public Uri? AuthorizeUrl { get; }

    /// <summary>The connection.</summary>
    public SlackIntegration? Slack { get; }
}

/// <summary>
/// Caller: a person with MANAGE_SETTINGS. Refused: a return address elsewhere; without a Slack app of the server. Writes: the attempt, of
/// its state a hash; the work item that ends it. Events: SlackConnecting.
/// </summary>
public sealed class ConnectSlackMutation
{
    private readonly MutationRunner _runner;
    private readonly SlackOptions _options;
    private readonly IPublicAddress _address;

    internal ConnectSlackMutation(MutationRunner runner, SlackOptions options, IPublicAddress address) => (_runner, _options, _address) = (runner, options, address);

    /// <summary>Begins to connect a Slack workspace, or to connect one again; what is connected stays so until then. Pass what Slack hands to the callback page to completeSlackConnection.</summary>
    /// <param name="input">Where to.</param>
    [Authorize(Policy.Session), Authorize(Policy.ManageSettings)]
    public async Task<ConnectSlackPayload?> ConnectSlackAsync(IResolveFieldContext context, ConnectSlackInput input)
    {
        var (path, invalid) = SlackCallback.ReturnPath(_address, input.ReturnUrl);
        var state = new Secret(Secret.NewRandom().Reveal() + (path is null ? "" : "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(path))));
        var result = await _runner.DecideAsync(context, decision => invalid is not null ? invalid : Decide(decision, state));
        return new ConnectSlackPayload(result, result.IsAccepted ? AuthorizeUrl(state) : null);
    }

    private Refusal? Decide(Decision decision, Secret state)
    {
        if (!_options.IsSet)
        {
            return new UpstreamError("This server has no Slack app. An operator must set OrgGraph__Slack__ClientId and OrgGraph__Slack__ClientSecret.", null);
        }

        var slack = decision.Organization().Slack;
        var number = slack.AttemptNumber + 1;
        SlackAttempts.Begin(decision, decision.Caller.Principal!.Value.Id, state, number);
        SlackDoor.Change(decision, slack with { AttemptNumber = number, Status = slack.HasWorkspace ? slack.Status : IntegrationStatus.Connecting }, new SlackConnecting());
        return null;
    }

    private Uri AuthorizeUrl(Secret state) => _options.Authorize(string.Join('&', new[]
    {
        ("client_id", _options.ClientId!), ("scope", SlackWorkspace.Scopes), ("redirect_uri", SlackCallback.Url(_address)), ("state", state.Reveal()),
    }.Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2)}")));
}

/// <summary>The page to which Slack leads back.</summary>
public static class SlackCallback
{
    public const string Path = "/integrations/slack/callback";

    private const int LongestReturn = 1000;

    internal static string Url(IPublicAddress address) => address.Url + Path;

    /// <summary>The path on this server; null: none was named. Anywhere else would make the page send people off.</summary>
    internal static (string? Path, ValidationError? Error) ReturnPath(IPublicAddress address, string? returnUrl)
    {
        if (returnUrl is null)
        {
            return (null, null);
        }

        var own = new Uri(address.Url);

        // A backslash counts as a slash for browsers, and a second slash begins a host.
        return returnUrl.Length is > 0 and <= LongestReturn && !returnUrl.Any(c => c == '\\' || char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c))
            && Uri.TryCreate(own, returnUrl, out var url) && url.UserInfo.Length == 0 && url.GetLeftPart(UriPartial.Authority) == own.GetLeftPart(UriPartial.Authority)
            && !url.PathAndQuery.StartsWith("//", StringComparison.Ordinal)
                ? (url.PathAndQuery + url.Fragment, null)
                : (null, new ValidationError($"The return address must be one of this server's: {address.Url}/...", "returnUrl"));
    }
}
