namespace OrgGraph.Settings.Slack;

/// <summary>The section <c>OrgGraph:Slack</c> of the configuration: the Slack app by which this server speaks.</summary>
public sealed class SlackOptions
{
    private const string SlacksOwn = "https://slack.com/api/";

    /// <summary>The app's client id; null: nobody can connect Slack.</summary>
    public string? ClientId { get; set; }

    /// <summary>The app's client secret.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>The address to which the names of Slack's methods are appended; null: Slack's own.</summary>
    public string? ApiBaseUrl { get; set; }

    internal bool IsSet => !string.IsNullOrEmpty(ClientId) && !string.IsNullOrEmpty(ClientSecret);

    /// <summary>Whether all of it makes sense.</summary>
    /// <exception cref="InvalidOperationException">Something does not; the message names the key.</exception>
    public void Check()
    {
        if (string.IsNullOrEmpty(ClientId) != string.IsNullOrEmpty(ClientSecret))
        {
            throw new InvalidOperationException("OrgGraph__Slack__ClientId and OrgGraph__Slack__ClientSecret go together: set both, or neither.");
        }

        if (ApiBaseUrl is { Length: > 0 } url && (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("https" or "http") || parsed.Query.Length > 0))
        {
            throw new InvalidOperationException($"OrgGraph__Slack__ApiBaseUrl: {url} is no http or https address to which a method's name can be appended.");
        }
    }

    /// <summary>Where a method is called.</summary>
    internal Uri Method(string name) => new($"{Base.TrimEnd('/')}/{name}");

    /// <summary>Where people consent: it stands beside the API, as with Slack itself and with its Slack for governments.</summary>
    internal Uri Authorize(string query) => new(new Uri(Base), "/oauth/v2/authorize?" + query);

    private string Base => string.IsNullOrEmpty(ApiBaseUrl) ? SlacksOwn : ApiBaseUrl;
}
