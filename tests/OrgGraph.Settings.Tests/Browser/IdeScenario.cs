namespace OrgGraph.Settings.Tests.Browser;

/// <summary>What somebody does in the IDE, and what they then see.</summary>
/// <param name="BaseUrl">A running server, without a slash at the end.</param>
/// <param name="BearerToken">The credential for the tab's HTTP headers.</param>
/// <param name="Query">One named query.</param>
/// <param name="SeenInResult">A text within the first 40 lines of its indented result.</param>
/// <param name="Subscription">One named subscription.</param>
/// <param name="CauseEvent">Makes an event happen. Called again when none is seen, for the server may have been subscribing still.</param>
/// <param name="SeenInEvent">A text within the first 40 lines of the event; not one of the result.</param>
internal sealed record IdeScenario(
    string BaseUrl, string BearerToken, string Query, string SeenInResult, string Subscription, Func<Task> CauseEvent, string SeenInEvent);
