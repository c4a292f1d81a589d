using System.Data.Common;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Vault;

namespace OrgGraph.Server.Keys;

/// <summary>Whether every key is at hand that is needed: to seal, and to open what is stored. Readiness shows a word; the log says what to do.</summary>
internal sealed class KeyRingCheck(IKeyWrapper keys, KeyRotation rotation, ILogger<KeyRingCheck> log)
{
    private string? _told;

    public async Task<bool> IsUsableAsync(CancellationToken cancellation)
    {
        var problem = await ProblemAsync(cancellation);
        var before = Interlocked.Exchange(ref _told, problem);
        if (problem is not null && problem != before)
        {
            log.LogError("The key ring is not usable: {Problem}", problem);
        }
        else if (problem is null && before is not null)
        {
            log.LogInformation("The key ring is usable again");
        }

        return problem is null;
    }

    private async Task<string?> ProblemAsync(CancellationToken cancellation)
    {
        var health = await keys.CheckAsync(cancellation);
        if (!health.IsUsable)
        {
            return health.Problem;
        }

        try
        {
            var missing = await rotation.MissingAsync(cancellation);
            return missing.Count == 0 ? null : string.Join(' ', missing.Select(key =>
                $"{key.Secrets} stored secrets are under the key '{key.KeyId}', which is not at hand: they are whole, and read again once it is put back from the ring's backup."));
        }
        catch (DbException)
        {
            // The database has a check of its own.
            return null;
        }
    }
}
