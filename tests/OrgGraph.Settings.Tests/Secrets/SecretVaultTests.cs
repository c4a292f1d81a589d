using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Secrets;

public sealed class SecretVaultTests : OrgGraphTest
{
    private const string Field = "test.secret";
    private static readonly Guid Organization = new("0198a000-ac3e-7000-8000-000000000001");

    private SecretVault Vault => App.Services.GetRequiredService<SecretVault>();

    private Database Database => App.Services.GetRequiredService<Database>();

    [Fact]
    public async Task Opens_where_it_was_sealed_for_and_nowhere_else()
    {
        var first = await StoreAsync("ärger\n\"first\"");
        var second = await StoreAsync("second");

        var opened = await Vault.OpenAsync(Organization, [first, second, Guid.Empty], Field, CancellationToken.None);

        Assert.Equal(["ärger\n\"first\"", "second"], [opened[first].Reveal(), opened[second].Reveal()]);
        Assert.Equal(2, opened.Count);
        Assert.Null(await Vault.OpenAsync(Organization, Guid.Empty, Field, CancellationToken.None));
        await Assert.ThrowsAsync<SecretUnreadableException>(() => Vault.OpenAsync(Organization, first, "other.field", CancellationToken.None));
        await Assert.ThrowsAsync<SecretUnreadableException>(() => Vault.OpenAsync(Guid.Empty, first, Field, CancellationToken.None));
    }

    [Fact]
    public async Task Refused_when_its_ciphertext_was_moved_to_another_row()
    {
        var first = await StoreAsync("first");
        var second = await StoreAsync("second");
        await Database.ExecuteAsync("UPDATE Secrets SET Sealed = (SELECT Sealed FROM Secrets WHERE Id = @from) WHERE Id = @to", CancellationToken.None, ("from", first), ("to", second));

        var refused = await Assert.ThrowsAsync<SecretUnreadableException>(() => Vault.OpenAsync(Organization, second, Field, CancellationToken.None));

        Assert.Equal(SecretUnreadableReason.Tampered, refused.Reason);
    }

    private async Task<Guid> StoreAsync(string text)
    {
        var write = await Vault.SealAsync(Organization, Field, new Secret(text), CancellationToken.None);
        await Database.WriteAsync([new SideChange.Insert(StoredSecretRow.Table, write.Row)], CancellationToken.None);
        return write.SecretId;
    }
}
