using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Secrets;

/// <content>Environment variables, what programs get, and a rotation.</content>
public sealed partial class LeakSweepTests
{
    private const string Resolve =
        "query($id: ID!) { runtime(organizationId: $id) { environmentVariables { name value } aiProviderCredentials { secret settings { value } headers { value } } } }";

    // Variables set, imported, refused, replaced and deleted; resolved before and after a rotation, and where their key is missing.
    private async Task RunAsync(Client olivia)
    {
        string[] planted = [.. Enumerable.Range(1, 6).Select(i => $"planted{i}-of-a-variable-0123456789-abcdefghijk-{i}{i}{i}{i}{i}{i}")];
        _secrets.AddRange(planted);
        var set = await olivia.MutateAsync("setEnvironmentVariable", Variable("SWEPT", planted[0]), "environmentVariable { id preview value }");
        await olivia.MutateAsync("setEnvironmentVariable", Variable("SWEPT", planted[1]));
        await olivia.MutateAsync("setEnvironmentVariable", Variable("not a name", planted[2]));
        await olivia.SendMutationAsync("setEnvironmentVariable", new { organizationId = App.Acme, name = "SWEPT", value = planted[2], nothing = planted[2] });
        var imported = await olivia.MutateAsync(
            "importEnvironmentVariables", new { organizationId = App.Acme, dotenv = $"IMPORTED='{planted[3]}'\n{planted[2]} is no line\nOPEN=\"{planted[2]}" }, "results { line name outcome message environmentVariable { preview value } }");
        var gone = await olivia.MutateAsync("setEnvironmentVariable", Variable("GONE", planted[4]), "environmentVariable { id }");
        await olivia.MutateAsync("deleteEnvironmentVariable", new { environmentVariableId = gone.Text("environmentVariable", "id") });
        Sweep("answers", [.. Encoding.UTF8.GetBytes(string.Join('\n', set.Json, imported.Json))], planted);

        var account = await olivia.MutateAsync(
            "createServiceAccount", new { organizationId = App.Acme, name = "Swept runner", tokenName = "Swept runner", permissions = new[] { Team.Right("RESOLVE_SECRETS", "ORGANIZATION") } }, "secret");
        _secrets.Add(account.Text("secret"));
        var runner = App.With(account.Text("secret"));
        var resolved = await runner.QueryAsync(Resolve, new { id = App.Acme });
        Assert.Contains(planted[1], resolved.GetRawText(), StringComparison.Ordinal);
        Sweep("refusals", [.. Encoding.UTF8.GetBytes((await olivia.SendAsync(Resolve, new { id = App.Acme })).Text)], planted);

        await RotateAsync();
        Assert.Equal(resolved.GetRawText(), (await runner.QueryAsync(Resolve, new { id = App.Acme })).GetRawText());
        await olivia.MutateAsync("setEnvironmentVariable", Variable("SWEPT", planted[5]));
        await AlteredAsync(runner);

        object Variable(string name, string value) => new { organizationId = App.Acme, name, value, isSensitive = true };
    }

    private async Task RotateAsync()
    {
        App.Services.GetRequiredService<KeyRing>().AddEncryptionKey();
        var pass = await App.Services.GetRequiredService<KeyRotation>().RewrapAsync(CancellationToken.None);
        Assert.True(pass is { Rewrapped: > 5, Unreadable: 0 });
    }

    // What is logged of a secret that does not open.
    private async Task AlteredAsync(Client runner)
    {
        var database = App.Services.GetRequiredService<Kernel.Data.Database>();
        var whole = await database.QueryAsync(
            "SELECT Id, Sealed FROM Secrets WHERE Field = 'environmentVariable.value'", reader => (Id: reader.GetGuid(0), Sealed: reader.GetFieldValue<byte[]>(1)), CancellationToken.None);
        Assert.NotEmpty(whole);
        await SaveAsync("UPDATE Secrets SET KeyId = CONCAT(KeyId, '-lost'), Sealed = @sealed WHERE Id = @id", 0);

        var refused = await runner.SendAsync(Resolve, new { id = App.Acme });
        var missing = await App.Services.GetRequiredService<KeyRotation>().MissingAsync(CancellationToken.None);
        await App.Services.GetRequiredService<KeyRotation>().RewrapAsync(CancellationToken.None);

        Assert.Equal(["INTERNAL"], refused.Codes.Distinct());
        Assert.EndsWith("-lost", Assert.Single(missing).KeyId, StringComparison.Ordinal);
        Sweep("refusals", [.. Encoding.UTF8.GetBytes(refused.Text)], _secrets.Where(secret => secret.Contains("of-a-variable", StringComparison.Ordinal)));
        await SaveAsync("UPDATE Secrets SET Sealed = @sealed WHERE Id = @id");
        Assert.Null((await runner.SendAsync(Resolve, new { id = App.Acme })).Errors);

        Task SaveAsync(string sql, params byte[] tail) =>
            database.ExecuteAsync(sql, whole.ConvertAll<(string, object)[]>(one => [("id", one.Id), ("sealed", (byte[])[.. one.Sealed, .. tail])]), CancellationToken.None);
    }

    // The ring's own keys: in their files, and nowhere else.
    private void SweepForKeys()
    {
        var ring = Path.Combine(App.DataDirectory, "keys");
        var keys = Directory.GetFiles(ring, "*.key").Select(file => File.ReadAllBytes(file)[^40..^8]).ToList();
        Assert.True(keys.Count >= 3);
        var places = Directory.GetFiles(App.DataDirectory, "orggraph.db*").Append(Path.Combine(ring, "ring.list")).Select(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        }).Append(Encoding.UTF8.GetBytes(string.Join('\n', App.Logs.Lines))).ToList();
        foreach (var key in keys)
        {
            byte[][] forms = [key, Encoding.ASCII.GetBytes(Convert.ToBase64String(key)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)), Encoding.ASCII.GetBytes(Convert.ToHexString(key))];
            Assert.All(places, place => Assert.All(forms, form => Assert.True(place.AsSpan().IndexOf(form) < 0, "A key of the ring stands where it should not.")));
        }
    }
}
