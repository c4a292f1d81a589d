using System.CommandLine;
using System.Data.Common;
using OrgGraph.Secrets;
using OrgGraph.Server.Database;
using OrgGraph.Settings.Kernel.Vault;

namespace OrgGraph.Server.Commands;

/// <summary>What operators do to the key ring.</summary>
internal static class KeysCommands
{
    private const string GoOn = "What was done stays done: run `keys rotate` again to go on.";

    public static Command Create()
    {
        var command = new Command("create", "Makes a new key ring where OrgGraph__Secrets__KeyRing says, or in the data folder.");
        command.SetAction(async (_, _) =>
        {
            await using var app = OrgGraphServer.Build([], forServing: false);
            var setup = app.Services.GetRequiredService<ServerSetup>();
            setup.MakeDataDirectory();
            var ring = setup.KeyRing.Create();
            await CommandLine.Output.WriteLineAsync($"A new key ring is at {setup.KeyRing.Folder} (newest key {ring.NewestKeyId}). Keep a copy of it apart from the database.");
            return 0;
        });
        return command;
    }

    public static Command Rotate()
    {
        var command = new Command("rotate", "Adds a key-encryption key and puts every stored secret under it, while servers serve. Killed, it is run again and goes on.");
        command.SetAction(async (_, cancellation) =>
        {
            await using var app = OrgGraphServer.Build([], forServing: false);
            app.Services.GetRequiredService<DatabaseStart>().Prepare(migrate: false);
            try
            {
                return await RotateAsync(app.Services, cancellation);
            }
            catch (Exception e) when (e is DbException or KeyRingException)
            {
                throw new StartRefusedException($"{e.Message} {GoOn}");
            }
            catch (OperationCanceledException)
            {
                throw new StartRefusedException($"Interrupted. {GoOn}");
            }
        });
        return command;
    }

    private static async Task<int> RotateAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var (ring, keys, rotation) = (services.GetRequiredService<KeyRing>(), services.GetRequiredService<IKeyWrapper>(), services.GetRequiredService<KeyRotation>());
        if (await keys.CheckAsync(cancellation) is { IsUsable: false, Problem: var problem })
        {
            throw new StartRefusedException(problem!);
        }

        // One that was interrupted is gone on with: another key for what is under way already would help nobody.
        var pass = await rotation.RewrapAsync(cancellation);
        var isNew = pass.Rewrapped == 0 && keys.NewestKeyId == ring.NewestKeyId && services.GetRequiredService<ServerSetup>().KeyRing.Folder is not null;
        if (isNew)
        {
            await CommandLine.Output.WriteLineAsync($"New key-encryption key: {ring.AddEncryptionKey()}.");
            pass = await rotation.RewrapAsync(cancellation);
        }

        var rewrapped = pass.Rewrapped;
        if (isNew || rewrapped > 0)
        {
            await CommandLine.Output.WriteLineAsync($"{rewrapped} secrets are re-wrapped. Waiting for changes that servers began with the old key.");
            do
            {
                await Task.Delay(KeyRotation.Settling, services.GetRequiredService<TimeProvider>(), cancellation);
                pass = await rotation.RewrapAsync(cancellation);
                rewrapped += pass.Rewrapped;
            }
            while (pass.Rewrapped > 0);
        }

        if (pass.Unreadable > 0)
        {
            throw new StartRefusedException($"{pass.Unreadable} secrets are not re-wrapped, and stay as they are; {rewrapped} are. The first: {pass.Problem}");
        }

        await CommandLine.Output.WriteLineAsync(Outcome(keys.NewestKeyId, rewrapped, isNew));
        return 0;
    }

    private static string Outcome(string key, long rewrapped, bool isNew) =>
        isNew ? $"Done: {rewrapped} secrets re-wrapped, every stored secret is under {key}. Older keys stay in the ring, as backups of the database need them. Copy the ring."
        : rewrapped > 0 ? $"Done: {rewrapped} secrets re-wrapped, every stored secret is under {key}. No new key was made, as some were not under this one yet."
        : $"Every stored secret is under {key} already. The keys are given by configuration: give a newer one there, restart the servers, and run this again.";
}
