using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Outbound;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

/// <summary>Trying a provider's key, against a server that plays the vendor. The clock is moved, so there is a server of its own.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class TestAiProviderTests : OrgGraphTest
{
    private const string Test = "test { testedAt outcome httpStatus latencyMs url message } aiProvider { id version lastTest { outcome httpStatus } }";

    private readonly PlayingServer _vendor = PlayingServer.Start();
    private Team _team = null!;

    protected override (string Key, string Value)[] Settings =>
        [.. new[] { "openai", "anthropic", "google", "azure", "bedrock", "xAI", "ollama", "vertex" }.Select(type => ($"OrgGraph:AiProviders:BaseUrls:{type}", _vendor.Address + "/v1"))];

    private Client Owner => _team.Owner.Client;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _team = await Team.FoundAsync(App);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _vendor.DisposeAsync();
    }

    [Fact]
    public async Task Stored_provider_is_tried_and_how_it_ended_is_written_down()
    {
        var aiProviderId = await _team.ProviderAsync("Main");
        var before = await _team.VersionAsync();
        await using var heard = await _team.WatchAsync(Owner, "aiProvidersChanged", "... on AiProviderTested { test { outcome url message } aiProvider { lastTest { outcome } } }");

        var tested = await TestAsync(new { organizationId = _team.Id, aiProviderId });

        Assert.Empty(tested.Errors);
        Assert.Equal(before + 1, tested.Version);
        Assert.Equal(("OK", 200, $"{_vendor.Address}/v1/models"), (tested.Text("test", "outcome"), tested["test", "httpStatus"].GetInt32(), tested.Text("test", "url")));
        Assert.Contains($"GET {_vendor.Address}/v1/models answered 200", tested.Text("test", "message"), StringComparison.Ordinal);
        Assert.Equal(("OK", tested.Version), (tested.Text("aiProvider", "lastTest", "outcome"), tested["aiProvider", "version"].GetInt32()));
        var request = Assert.Single(_vendor.Heard);
        Assert.Equal(("GET /v1/models HTTP/1.1", "Bearer " + Provider.Secret), (request.Line, request.Header("Authorization")));
        var told = await heard.NextEventAsync("AiProviderTested");
        Assert.Equal((tested.Version, "OK"), (told.GetProperty("version").GetInt32(), told.GetProperty("test").GetProperty("outcome").GetString()));
        Assert.DoesNotContain("0123456789abcdef", tested.Json.GetRawText() + told.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "REJECTED")]
    [InlineData(403, "REJECTED")]
    [InlineData(404, "REJECTED")]
    [InlineData(302, "REJECTED")]
    [InlineData(204, "OK")]
    [InlineData(500, "UNREACHABLE")]
    [InlineData(503, "UNREACHABLE")]
    public async Task Outcome_is_what_the_status_says(int status, string outcome)
    {
        _vendor.Play = PlayingServer.Answer(status, $"You sent {Provider.Secret}", "Location: http://127.0.0.1:1/");

        var tested = await TestAsync(new { organizationId = _team.Id, type = "openai", secret = Provider.Secret });

        Assert.Equal((outcome, status), (tested.Text("test", "outcome"), tested["test", "httpStatus"].GetInt32()));
        Assert.Null(tested.Version);
        Assert.DoesNotContain("0123456789abcdef", tested.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, _vendor.Connections);
    }

    [Fact]
    public async Task Timeout_when_the_vendor_says_nothing()
    {
        _vendor.Play = PlayingServer.HangAsync;
        var aiProviderId = await _team.ProviderAsync("Main");

        var testing = TestAsync(new { organizationId = _team.Id, aiProviderId });
        await Eventually.TrueAsync(() => _vendor.Heard.Count == 1);
        App.Clock.Advance(TimeSpan.FromSeconds(7.9));
        Assert.False(testing.IsCompleted);
        App.Clock.Advance(TimeSpan.FromSeconds(0.1));
        await App.ConfirmedAsync();

        var tested = await testing;
        Assert.Equal(("TIMEOUT", JsonValueKind.Null, 8000), (tested.Text("test", "outcome"), tested["test", "httpStatus"].ValueKind, tested["test", "latencyMs"].GetInt32()));
        Assert.Equal("TIMEOUT", tested.Text("aiProvider", "lastTest", "outcome"));
        Assert.NotNull(tested.Version);
    }

    [Fact]
    public async Task Blocked_when_the_address_is_private_and_unreachable_when_nobody_listens()
    {
        var metadata = await TestAsync(new { organizationId = _team.Id, type = "custom", secret = Provider.Secret, endpointUrl = "http://169.254.169.254/latest" });
        var inside = await TestAsync(new { organizationId = _team.Id, type = "custom", secret = Provider.Secret, endpointUrl = "http://10.0.0.1/v1" });
        var nobody = await TestAsync(new { organizationId = _team.Id, type = "custom", secret = Provider.Secret, endpointUrl = "http://127.0.0.1:1/v1" });

        Assert.Equal(["BLOCKED", "BLOCKED", "UNREACHABLE"], [metadata.Text("test", "outcome"), inside.Text("test", "outcome"), nobody.Text("test", "outcome")]);
        Assert.Equal("http://127.0.0.1:1/v1/models", nobody.Text("test", "url"));
    }

    [Theory]
    [InlineData("""{ "type": "anthropic" }""", "GET /v1/models HTTP/1.1", "x-api-key", Provider.Secret)]
    [InlineData("""{ "type": "anthropic" }""", "GET /v1/models HTTP/1.1", "anthropic-version", "2023-06-01")]
    [InlineData("""{ "type": "anthropic", "settings": [{ "name": "auth_type", "value": "oauth_bearer" }] }""", "GET /v1/models HTTP/1.1", "Authorization", "Bearer " + Provider.Secret)]
    [InlineData("""{ "type": "google", "model": "gemini-2.5-pro" }""", "GET /v1/models/gemini-2.5-pro HTTP/1.1", "x-goog-api-key", Provider.Secret)]
    [InlineData("""{ "type": "openai", "model": "a/b?c" }""", "GET /v1/models/a%2Fb%3Fc HTTP/1.1", "Authorization", "Bearer " + Provider.Secret)]
    [InlineData("""{ "type": "openai", "settings": [{ "name": "auth_format", "value": "api_key" }] }""", "GET /v1/models HTTP/1.1", "api-key", Provider.Secret)]
    [InlineData("""{ "type": "xAI" }""", "GET /v1/models HTTP/1.1", "Authorization", "Bearer " + Provider.Secret)]
    [InlineData("""{ "type": "ollama" }""", "GET /v1/api/tags HTTP/1.1", "Authorization", "Bearer " + Provider.Secret)]
    [InlineData("""{ "type": "vertex", "settings": [{ "name": "project", "value": "p1" }] }""", "GET /v1/v1/projects/p1/locations/us-central1/endpoints HTTP/1.1", "Authorization", "Bearer " + Provider.Secret)]
    [InlineData("""{ "type": "azure", "endpointUrl": "@/own?x=1", "settings": [{ "name": "api_base", "value": "https://unused.example" }] }""", "GET /own/openai/models?x=1&api-version=2023-07-01-preview HTTP/1.1", "api-key", Provider.Secret)]
    [InlineData("""{ "type": "azure", "settings": [{ "name": "api_base", "value": "@" }, { "name": "auth_type", "value": "entra_bearer" }] }""", "GET /openai/models?api-version=2023-07-01-preview HTTP/1.1", "Authorization", "Bearer " + Provider.Secret)]
    [InlineData("""{ "type": "custom", "endpointUrl": "@/v1/chat/completions" }""", "GET /v1/models HTTP/1.1", "Authorization", "Bearer " + Provider.Secret)]
    [InlineData("""{ "type": "custom", "endpointUrl": "@/v1/", "model": "house-1" }""", "POST /v1/chat/completions HTTP/1.1", "Content-Type", "application/json")]
    [InlineData("""{ "type": "custom", "endpointUrl": "@", "headers": [{ "name": "authorization", "value": "Key {{api_key}}" }] }""", "GET /models HTTP/1.1", "Authorization", "Key " + Provider.Secret)]
    [InlineData("""{ "type": "custom", "endpointUrl": "@", "model": "m", "headers": [{ "name": "X-Who", "value": "{{ email }}/{{model}}" }] }""", "POST /chat/completions HTTP/1.1", "X-Who", "owner@own.test/m")]
    public async Task Request_is_the_vendors_when_tried(string input, string line, string header, string value)
    {
        var team = await Team.FoundAsync(App);
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(input.Replace("@", _vendor.Address, StringComparison.Ordinal))!;
        fields["organizationId"] = JsonSerializer.SerializeToElement(team.Id);
        fields["secret"] = JsonSerializer.SerializeToElement(Provider.Secret);

        var tested = await team.Owner.Client.MutateAsync("testAiProvider", fields, Test);

        Assert.Empty(tested.Errors);
        var request = Assert.Single(_vendor.Heard);
        Assert.Equal((line, value.Replace("owner@own.test", team.Owner.Email, StringComparison.Ordinal)), (request.Line, request.Header(header)));
        Assert.Equal(line.StartsWith("POST", StringComparison.Ordinal), request.Body.Contains("ping", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Amazons_request_is_signed()
    {
        object[] settings = [Setting("region", "us-east-1"), Setting("access_key", "AKIDEXAMPLE"), Setting("session_token", "session")];

        await TestAsync(new { organizationId = _team.Id, type = "bedrock", secret = Provider.Secret, settings });

        var request = Assert.Single(_vendor.Heard);
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20300101/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=", request.Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal(("20300101T120000Z", "session"), (request.Header("X-Amz-Date"), request.Header("X-Amz-Security-Token")));
    }

    [Theory]
    [InlineData("azure", """{ "client_id": "id", "client_secret": "planted secret", "tenant_id": "ten/ant", "scope": "https://x/.default" }""", "entra_api", "POST /v1/ten%2Fant/oauth2/v2.0/token HTTP/1.1", "client_secret=planted%20secret", "GET /openai/models?api-version=2023-07-01-preview HTTP/1.1")]
    [InlineData("databricks", """{ "client_id": "id", "client_secret": "planted secret" }""", "service_principal_oauth", "POST /oidc/v1/token HTTP/1.1", "client_secret=planted%20secret", "GET /api/2.0/serving-endpoints HTTP/1.1")]
    public async Task Token_is_fetched_first_where_the_vendor_wants_one(string type, string secret, string mode, string first, string body, string second)
    {
        object[] settings = [Setting("api_base", _vendor.Address), Setting("auth_type", mode)];
        _vendor.Play = (stream, request, cancellation) => PlayingServer.Answer(200, request.Line.StartsWith("POST", StringComparison.Ordinal) ? """{"access_token":"fetched"}""" : "{}")(stream, request, cancellation);

        var tested = await TestAsync(new { organizationId = _team.Id, type, secret, settings });
        _vendor.Play = PlayingServer.Answer(200, "{}");
        var empty = await TestAsync(new { organizationId = _team.Id, type, secret, settings });
        _vendor.Play = PlayingServer.Answer(401, "{}");
        var refused = await TestAsync(new { organizationId = _team.Id, type, secret, settings });

        Assert.Empty(tested.Errors);
        Assert.Equal(["OK", "REJECTED", "REJECTED"], [tested.Text("test", "outcome"), empty.Text("test", "outcome"), refused.Text("test", "outcome")]);
        Assert.EndsWith("token", refused.Text("test", "url"), StringComparison.Ordinal);
        var heard = _vendor.Heard.ToArray();
        Assert.Equal([first, second, first, first], heard.Select(request => request.Line));
        Assert.Contains(body, heard[0].Body, StringComparison.Ordinal);
        Assert.Equal(("", "Bearer fetched"), (heard[0].Header("Authorization"), heard[1].Header("Authorization")));
    }

    [Fact]
    public async Task Service_account_signs_for_Google_alone()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var secret = JsonSerializer.Serialize(new { client_email = "robot@project.test", private_key = key.ExportPkcs8PrivateKeyPem(), token_uri = "http://127.0.0.1:1/evil" });
        object[] settings = [Setting("project", "p1"), Setting("authType", "service_account_key")];
        _vendor.Play = PlayingServer.Answer(200, """{"access_token":"fetched"}""");

        var tested = await TestAsync(new { organizationId = _team.Id, type = "vertex", secret, settings });

        Assert.Equal("OK", tested.Text("test", "outcome"));
        var assertion = Uri.UnescapeDataString(_vendor.Heard.First().Body.Split("assertion=")[1]).Split('.');
        Assert.True(key.VerifyData(
            System.Text.Encoding.ASCII.GetBytes($"{assertion[0]}.{assertion[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(assertion[2]), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1));
        var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(assertion[1])).RootElement;
        Assert.Equal(("robot@project.test", "https://oauth2.googleapis.com/token"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
        Assert.Equal(["POST /v1/token HTTP/1.1", "GET /v1/v1/projects/p1/locations/us-central1/endpoints HTTP/1.1"], _vendor.Heard.Select(request => request.Line));
    }

    [Theory]
    [InlineData("""{ }""", "ValidationError input.type")]
    [InlineData("""{ "type": "nothing" }""", "ValidationError input.type")]
    [InlineData("""{ "type": "js" }""", "ValidationError input.type")]
    [InlineData("""{ "type": "openai" }""", "ValidationError input.secret")]
    [InlineData("""{ "type": "custom", "secret": "s" }""", "ValidationError input.endpointUrl")]
    [InlineData("""{ "type": "custom", "secret": "s", "endpointUrl": "http://a:b@127.0.0.1/" }""", "ValidationError input.endpointUrl")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "X-A", "value": "a\r\nX-B: b" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s\r\nX-B: b" }""", "ValidationError input.secret")]
    [InlineData("""{ "type": "openai", "secret": "s", "model": "a\u0000b" }""", "ValidationError input.model")]
    [InlineData("""{ "type": "openai", "secret": "s", "settings": [{ "name": "auth_type", "value": "workload_identity_federation" }] }""", "ValidationError input.settings")]
    public async Task Refused_and_nothing_is_sent_when_a_value_is_bad(string input, string error)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(input)!;
        fields["organizationId"] = JsonSerializer.SerializeToElement(_team.Id);

        Assert.Equal([error], (await TestAsync(fields)).Errors);
        Assert.Equal(0, _vendor.Connections);
    }

    /// <summary>Security, section 6 rule 4: a listening server gets nothing.</summary>
    [Fact]
    public async Task Stored_secret_never_reaches_a_server_for_which_it_was_not_saved()
    {
        await using var thief = PlayingServer.Start();
        var project = await _team.ProjectAsync("Bot");
        object[] headers = [Header("X-Known", "known-header-value")];
        var saved = await Owner.MutateAsync("saveAiProvider", new { organizationId = _team.Id, type = "openai", name = "Main", secret = Provider.Secret, headers }, "aiProvider { id }");
        var aiProviderId = saved.Text("aiProvider", "id");
        object[] copying = [Header("X-Known", null), Header("X-Copy", "{{api_key}}")];
        object[] bases = [Setting("api_base", thief.Address)];
        object[] refused =
        [
            new { organizationId = _team.Id, aiProviderId, endpointUrl = thief.Address },
            new { organizationId = _team.Id, aiProviderId, settings = bases },
            new { organizationId = _team.Id, aiProviderId, headers = copying },
            new { organizationId = _team.Id, aiProviderId, type = "custom", endpointUrl = thief.Address },
            new { organizationId = _team.Id, aiProviderId, secret = "mine", endpointUrl = thief.Address },
        ];
        foreach (var input in refused)
        {
            Assert.StartsWith("ValidationError", Assert.Single((await TestAsync(input)).Errors), StringComparison.Ordinal);
        }

        // By saving, renaming and then trying what was saved; by a namesake in a project.
        foreach (var change in new object[]
        {
            new { organizationId = _team.Id, aiProviderId, type = "openai", name = "Renamed", endpointUrl = thief.Address }, new { organizationId = _team.Id, aiProviderId, type = "openai", settings = bases },
            new { organizationId = _team.Id, aiProviderId, type = "openai", headers = copying }, new { organizationId = _team.Id, aiProviderId, type = "custom", endpointUrl = thief.Address },
            new { organizationId = _team.Id, type = "custom", name = "Main", endpointUrl = thief.Address },
        })
        {
            Assert.Equal(["ValidationError input.secret"], (await Owner.MutateAsync("saveAiProvider", change)).Errors);
        }

        var namesake = await Owner.MutateAsync(
            "saveAiProvider", new { organizationId = _team.Id, projectId = project, type = "custom", name = "Main", endpointUrl = thief.Address, headers = new[] { Header("X-Copy", "{{api_key}}") } }, "aiProvider { id }");
        await TestAsync(new { organizationId = _team.Id, projectId = project, aiProviderId = namesake.Text("aiProvider", "id") });
        Assert.Equal(["NotFoundError input.aiProviderId"], (await TestAsync(new { organizationId = _team.Id, projectId = project, aiProviderId, endpointUrl = thief.Address })).Errors);
        await TestAsync(new { organizationId = _team.Id, aiProviderId });

        Assert.All(thief.Heard, request => Assert.DoesNotContain(request.Headers, header => header.Contains("0123456789abcdef", StringComparison.Ordinal) || header.Contains("known-header-value", StringComparison.Ordinal)));
        Assert.Equal("", Assert.Single(thief.Heard).Header("X-Copy"));
        var honest = Assert.Single(_vendor.Heard);
        Assert.Equal(("Bearer " + Provider.Secret, "known-header-value"), (honest.Header("Authorization"), honest.Header("X-Known")));
    }

    [Fact]
    public async Task Draft_of_a_stored_provider_is_tried_with_its_own_secret_and_not_written_down()
    {
        var aiProviderId = await _team.ProviderAsync("Main");

        var tested = await TestAsync(new { organizationId = _team.Id, aiProviderId, endpointUrl = _vendor.Address, secret = "another-secret" });

        Assert.Equal(("OK", JsonValueKind.Null), (tested.Text("test", "outcome"), tested["aiProvider", "lastTest"].ValueKind));
        Assert.Null(tested.Version);
        Assert.Equal("Bearer another-secret", Assert.Single(_vendor.Heard).Header("Authorization"));
    }

    [Fact]
    public async Task Refused_and_nothing_is_sent_when_the_caller_may_not_or_ids_are_wrong()
    {
        var (project, hidden) = (await _team.ProjectAsync("Bot"), await _team.ProjectAsync("Hidden"));
        var reader = (await _team.JoinWithAsync("READ", "PROJECT", project)).Client;
        object At(string? projectId) => new { organizationId = _team.Id, projectId, type = "custom", endpointUrl = _vendor.Address };

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.SendMutationAsync("testAiProvider", At(null))).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.SendMutationAsync("testAiProvider", At(project))).Codes);
        Assert.Equal(["NotFoundError input.projectId"], (await reader.MutateAsync("testAiProvider", At(hidden))).Errors);
        await WrongInput.OrganizationIdAsync(_team, "testAiProvider", organizationId => new { organizationId, type = "custom", endpointUrl = _vendor.Address });
        await WrongInput.OtherIdAsync(_team, "testAiProvider", "input.projectId", NodeType.Project, At);
        await WrongInput.OtherIdAsync(_team, "testAiProvider", "input.aiProviderId", NodeType.AiProvider, aiProviderId => new { organizationId = _team.Id, aiProviderId });
        Assert.Equal(0, _vendor.Connections);
    }

    private Task<Payload> TestAsync(object input) => Owner.MutateAsync("testAiProvider", input, Test);

    private static object Header(string name, string? value) => new { name, value };

    private static object Setting(string name, string value) => new { name, value };
}

/// <summary>How often an organization may have the server call out.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class TestAiProviderRateTests : OrgGraphTest
{
    private readonly PlayingServer _vendor = PlayingServer.Start();

    protected override (string Key, string Value)[] Settings => [("OrgGraph:RateLimiting", "true")];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _vendor.DisposeAsync();
    }

    [Fact]
    public async Task Eight_at_once_and_ten_a_minute_for_an_organization_whoever_asks()
    {
        var (first, second) = (await Team.FoundAsync(App), await Team.FoundAsync(App));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var resume = new TaskCompletionSource();
        _vendor.Play = async (stream, request, cancellation) =>
        {
            await resume.Task.WaitAsync(cancellation);
            await PlayingServer.Answer(200, "{}")(stream, request, cancellation);
        };

        var running = Enumerable.Range(0, 8).Select(_ => TestAsync(first)).ToArray();
        await Eventually.TrueAsync(() => _vendor.Heard.Count == 8);
        var ninth = await TestAsync(first);
        var others = TestAsync(second);
        await Eventually.TrueAsync(() => _vendor.Heard.Count == 9);
        resume.SetResult();
        Assert.All(await Task.WhenAll(running), answer => Assert.Null(answer.Errors));
        var (accepted, last) = (running.Length, await TestAsync(first));
        for (; last.Errors is null; last = await TestAsync(first))
        {
            accepted++;
        }

        Assert.Equal(["RATE_LIMITED"], ninth.Codes);
        Assert.True(RetryAfter(ninth) > 0);
        Assert.Null((await others).Errors);

        // Permits come back as time passes: one in six seconds.
        Assert.InRange(accepted, 10, 10 + (int)(watch.Elapsed.TotalSeconds / 6) + 1);
        Assert.Equal(["RATE_LIMITED"], last.Codes);
        Assert.InRange(RetryAfter(last), 1, 60);
    }

    private static int RetryAfter(Answer answer) => answer.Errors!.Value[0].GetProperty("extensions").GetProperty("retryAfter").GetInt32();

    private Task<Answer> TestAsync(Team team) =>
        team.Owner.Client.SendMutationAsync("testAiProvider", new { organizationId = team.Id, type = "custom", endpointUrl = _vendor.Address }, "test { outcome }");
}
