using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using OrgGraph.Settings.Tests.Slack;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Fuzzing;

/// <summary>Thousands of documents drawn from the schema, each by a seed that a failure names: none is a fault, none tells of another tenant, none of a secret.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed partial class SchemaFuzzTests : OrgGraphTest
{
    private SlackServer _slack = null!;

    private const int ATenant = 250;

    // Nothing is to be kept away by limits: what lies behind them is to be reached.
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:OrganizationNames", "0"), ("OrgGraph:Limits:Organizations", "0"), ("OrgGraph:Limits:MailsPerDay", "0"), .. _slack.Settings];

    public override async Task InitializeAsync()
    {
        _slack = await SlackServer.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _slack.DisposeAsync();
    }

    [Fact]
    public Task Answered_without_fault_or_leak_when_documents_are_random() => RunAsync(seed: 1, documents: 1500, TimeSpan.FromSeconds(60));

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(1_000)]
    [InlineData(2_000)]
    [InlineData(3_000)]
    public Task Answered_without_fault_or_leak_when_there_are_many_more(int seed) => RunAsync(seed, documents: 20_000, TimeSpan.FromMinutes(3));

    private async Task RunAsync(int seed, int documents, TimeSpan atMost)
    {
        var world = new FuzzWorld(App, _slack);
        await world.PlantAsync();
        var watch = Stopwatch.StartNew();
        var (executed, sent) = (0, 0);
        while (sent < documents && watch.Elapsed < atMost)
        {
            var (clients, ids) = await world.TenantAsync();
            for (var i = 0; i < ATenant; i++, sent++)
            {
                var random = new Random(seed + sent);
                var values = new ValueGrammar(random, ids);
                var body = new DocumentGrammar(random, values).Request();
                executed += await SendAsync(values.Any(clients), body, world.Forbidden, $"Seed {seed + sent}: {body}") ? 1 : 0;
            }
        }

        // The generator is worth nothing when most of what it makes is refused at the door.
        Assert.True(executed > sent / 3, $"Only {executed} of {sent} documents were executed.");
        Assert.DoesNotContain(App.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
    }

    private async Task<bool> SendAsync(Client client, string body, IReadOnlyList<string> forbidden, string what)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/graphql-response+json"));
        if (client.Credential is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", client.Credential);
        }

        using var response = await App.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();

        // The asker's own key may have been revoked by an earlier document.
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized, $"{response.StatusCode} {answer}\n{what}");
        Assert.False(answer.Contains("\"INTERNAL\"", StringComparison.Ordinal), $"{answer}\n{what}");
        foreach (var word in forbidden)
        {
            Assert.False(answer.Contains(word, StringComparison.OrdinalIgnoreCase), $"The answer holds {word}: {answer}\n{what}");
        }

        Assert.True(!SecretKey().IsMatch(answer) || body.Contains("secret", StringComparison.Ordinal), $"The answer holds a key: {answer}\n{what}");
        return response.StatusCode == HttpStatusCode.OK;
    }

    [GeneratedRegex("(sk|bt-st)-[0-9A-Za-z]{49}")]
    private static partial Regex SecretKey();
}
