using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Keys;

/// <summary>Data keys under a key of AWS KMS, played on loopback: as it should be, and away, slow and denying.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class AwsKmsKeysTests : IAsyncLifetime
{
    private const string Query = "query($id: ID!) { runtime(organizationId: $id) { environmentVariables { name value } } }";

    private readonly PlayedKms _kms = new();
    private OrgGraphApp _app = null!;
    private Team _team = null!;
    private Client _runner = null!;

    public async Task InitializeAsync()
    {
        _app = await OrgGraphApp.StartAsync([("OrgGraph:Secrets:AwsKms:KeyArn", PlayedKms.Arn), ("OrgGraph:Secrets:AwsKms:ServiceUrl", _kms.Address)]);
        _team = await Team.FoundAsync(_app);
        _runner = (await _team.AccountAsync("Runner", [_team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"))).Client;
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _kms.DisposeAsync();
    }

    [Fact]
    public async Task Secret_opens_where_it_is_stored_and_nowhere_else()
    {
        await _team.VariableAsync("A", "planted value");
        await _team.VariableAsync("B", "another value");

        Assert.Equal("A=planted value B=another value", await ResolveAsync());
        var sealing = _kms.Heard.Last(request => request.Header("X-Amz-Target") == "TrentService.Encrypt");
        Assert.Contains("AWS4-HMAC-SHA256 Credential=AKIAPLAYED/", sealing.Header("Authorization"), StringComparison.Ordinal);
        Assert.Contains("/eu-central-1/kms/aws4_request", sealing.Header("Authorization"), StringComparison.Ordinal);
        Assert.Contains("\"orggraph:field\":\"environmentVariable.value\"", sealing.Body, StringComparison.Ordinal);
        Assert.Contains("\"orggraph:organization\":\"", sealing.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(_kms.Heard, request => request.Body.Contains("value\"}", StringComparison.Ordinal) && request.Body.Contains("planted", StringComparison.Ordinal));
        Assert.Equal(["aws-kms:" + PlayedKms.Arn], await KeyIdsAsync());

        // B's row with what was sealed for A.
        var database = _app.Services.GetRequiredService<Database>();
        await database.ExecuteAsync(
            "UPDATE Secrets SET Sealed = (SELECT Sealed FROM Secrets WHERE Id = (SELECT SecretId FROM EnvironmentVariables WHERE Name = 'A')) WHERE Id = (SELECT SecretId FROM EnvironmentVariables WHERE Name = 'B')",
            CancellationToken.None);
        var answer = await _runner.SendAsync(Query, new { id = _team.Id });
        Assert.Equal(["INTERNAL"], answer.Codes);
        Assert.DoesNotContain("value", answer.Data.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(_app.Logs.Lines, line => line.Contains("its bytes were altered or moved", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_service_is_asked_once_a_minute_for_what_starts_often()
    {
        await _team.VariableAsync("A", "value");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("A=value", await ResolveAsync());
        }

        var asked = _kms.Count("Decrypt");
        await _app.PassAsync(TimeSpan.FromSeconds(61));
        Assert.Equal("A=value", await ResolveAsync());

        Assert.Equal(asked + 1, _kms.Count("Decrypt"));
    }

    [Theory]
    [InlineData("deny", "AccessDeniedException")]
    [InlineData("disable", "DisabledException")]
    [InlineData("fail", "does not answer")]
    [InlineData("drop", "does not answer")]
    [InlineData("hang", "does not answer")]
    public async Task Clear_answers_and_no_change_when_the_key_service_is_away(string how, string told)
    {
        await _team.VariableAsync("A", "value");
        var version = await _team.VersionAsync();
        Assert.Equal((HttpStatusCode.OK, true), await ReadyAsync());
        Break(how);
        await _app.PassAsync(TimeSpan.FromSeconds(61));

        var watch = Stopwatch.StartNew();
        var resolved = await _runner.SendAsync(Query, new { id = _team.Id });
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), string.Create(CultureInfo.InvariantCulture, $"It took {watch.Elapsed.TotalSeconds} s."));
        Assert.Equal(["UNAVAILABLE"], resolved.Codes);
        var saved = await _team.Owner.Client.SendMutationAsync("setEnvironmentVariable", new { organizationId = _team.Id, name = "A", value = "new value" });
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "UNAVAILABLE"), (saved.Status, Assert.Single(saved.Codes)));
        Assert.DoesNotContain("123456789012", resolved.Text + saved.Text, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, false), await ReadyAsync());
        Assert.Contains(_app.Logs.Lines, line => line.Contains("The key ring is not usable", StringComparison.Ordinal) && line.Contains(told, StringComparison.Ordinal));

        // What needs no key goes on.
        Assert.Equal(version, await _team.VersionAsync());
        await _team.ProjectAsync("Meanwhile");

        _kms.Recover();
        await _app.PassAsync(TimeSpan.FromSeconds(11));
        Assert.Equal((HttpStatusCode.OK, true), await ReadyAsync());
        Assert.Equal("A=value", await ResolveAsync());
    }

    private void Break(string how)
    {
        switch (how)
        {
            case "deny":
                _kms.Refuse(400, "AccessDeniedException");
                break;
            case "disable":
                _kms.Refuse(400, "DisabledException");
                break;
            case "fail":
                _kms.Refuse(500, "KMSInternalException");
                break;
            case "drop":
                _kms.Drop();
                break;
            default:
                _kms.Hang();
                break;
        }
    }

    private async Task<string> ResolveAsync() => string.Join(' ', (await _runner.QueryAsync(Query, new { id = _team.Id })).GetProperty("runtime").GetProperty("environmentVariables").EnumerateArray()
        .Select(variable => $"{variable.GetProperty("name").GetString()}={variable.GetProperty("value").GetString()}"));

    private async Task<(HttpStatusCode Status, bool KeyRing)> ReadyAsync()
    {
        using var answer = await _app.Http.GetAsync("/health/ready");
        return (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Contains("\"keyRing\":\"healthy\"", StringComparison.Ordinal));
    }

    private Task<List<string>> KeyIdsAsync() => _app.Services.GetRequiredService<Database>().QueryAsync("SELECT DISTINCT KeyId FROM Secrets", reader => reader.GetString(0), CancellationToken.None);
}
