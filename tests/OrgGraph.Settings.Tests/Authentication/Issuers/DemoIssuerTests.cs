using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>The demo's own issuer: whom its tokens name, where and how long they count.</summary>
public sealed class DemoIssuerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orggraph-demo-");
    private readonly DirectoryInfo _otherFolder = Directory.CreateTempSubdirectory("orggraph-demo-");

    private string KeyFile => Path.Combine(_folder.FullName, DemoSigningKey.FileName);

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _otherFolder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("olivia@acme.test", "olivia@acme.test", "Olivia", null, "Olivia")]
    [InlineData(" Olivia@ACME.test ", "olivia@acme.test", "Olivia", null, "Olivia")]
    [InlineData("jean-luc.picard+bridge@acme.test", "jean-luc.picard+bridge@acme.test", "Jean-Luc", "Picard", "Jean-Luc Picard")]
    [InlineData("anna_maria.de.luca@acme.test", "anna_maria.de.luca@acme.test", "Anna", "Maria De Luca", "Anna Maria De Luca")]
    [InlineData("ÉMILE@acme.test", "émile@acme.test", "Émile", null, "Émile")]
    [InlineData("e\u0301mile@acme.test", "émile@acme.test", "Émile", null, "Émile")]
    [InlineData("+tag@acme.test", "+tag@acme.test", null, null, null)]
    public async Task Person_named_by_the_address_when_token_is_issued(string typed, string email, string? given, string? family, string? name)
    {
        var issuer = Open(_folder);

        var person = Assert.IsType<PersonTokenOutcome.Accepted>(await Verify(issuer, issuer.Issue(typed, 3600).AccessToken)).Token;

        Assert.Equal((DemoIssuer.Name, email, email, true), (person.Issuer, person.Subject, person.Email, person.EmailIsVerified));
        Assert.Equal((given, family, name), (person.GivenName, person.FamilyName, person.DisplayName));
    }

    [Fact]
    public async Task Accepted_for_its_seconds_and_refused_after_when_life_is_one_second()
    {
        var issuer = Open(_folder);
        using var verifier = CreateVerifier(issuer);
        var (token, expiresIn) = issuer.Issue("olivia@acme.test", 1);
        Assert.Equal(1, expiresIn);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<PersonTokenOutcome.Accepted>(await verifier.VerifyAsync(token, CancellationToken.None));
        _time.Advance(TimeSpan.FromSeconds(1));

        // Whole seconds: a token of one second ends within two, without the 30 s that other issuers' clocks are given.
        Assert.IsType<PersonTokenOutcome.Refused>(await verifier.VerifyAsync(token, CancellationToken.None));
    }

    [Fact]
    public async Task Refused_when_demo_sign_in_is_off()
    {
        var issuer = Open(_folder);

        Assert.IsType<PersonTokenOutcome.Refused>(await Verify(null, issuer.Issue("olivia@acme.test", 3600).AccessToken));
    }

    [Fact]
    public async Task Accepted_when_server_starts_anew_on_the_same_folder()
    {
        var before = Open(_folder);
        var token = before.Issue("olivia@acme.test", 3600).AccessToken;
        var after = Open(_folder);

        Assert.IsType<PersonTokenOutcome.Accepted>(await Verify(after, token));
    }

    [Fact]
    public async Task Refused_when_token_is_another_folders()
    {
        var issuer = Open(_folder);
        var other = Open(_otherFolder);

        Assert.IsType<PersonTokenOutcome.Refused>(await Verify(other, issuer.Issue("olivia@acme.test", 3600).AccessToken));
    }

    [Fact]
    public void One_key_when_many_start_at_once()
    {
        using var barrier = new Barrier(8);
        var keys = new string[8];
        var threads = Enumerable.Range(0, 8).Select(index => new Thread(() =>
        {
            barrier.SignalAndWait();
            var issuer = Open(_folder);
            keys[index] = new JsonWebToken(issuer.Issue("olivia@acme.test", 60).AccessToken).Kid;
        })).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Single(keys.Distinct());
        Assert.Empty(_folder.GetFiles("*.tmp"));
    }

    [Fact]
    public void Key_readable_by_its_owner_only_when_it_is_made()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Open(_folder);

        Assert.All(_folder.GetFiles(), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
    }

    [Fact]
    public void No_start_when_key_is_readable_by_others()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Open(_folder);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Contains("chmod 600", Assert.Throws<InvalidOperationException>(() => Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    public void No_start_and_file_kept_when_key_is_damaged(string content)
    {
        Open(_folder);
        File.WriteAllText(KeyFile, content);

        Assert.Contains("Delete it", Assert.Throws<InvalidOperationException>(() => Open(_folder)).Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(KeyFile));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3601)]
    public void Thrown_when_life_is_out_of_range(int expiresIn)
    {
        var issuer = Open(_folder);

        Assert.Throws<ArgumentOutOfRangeException>(() => issuer.Issue("olivia@acme.test", expiresIn));
    }

    private DemoIssuer Open(DirectoryInfo folder) => DemoIssuer.Open(folder.FullName, _time);

    private PersonTokenVerifier CreateVerifier(DemoIssuer? demo) => new([], demo, isDevelopment: true, _time, NullLogger<PersonTokenVerifier>.Instance);

    private async Task<PersonTokenOutcome> Verify(DemoIssuer? demo, string token)
    {
        using var verifier = CreateVerifier(demo);
        return await verifier.VerifyAsync(token, CancellationToken.None);
    }
}
