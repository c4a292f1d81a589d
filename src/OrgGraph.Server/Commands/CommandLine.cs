using System.CommandLine;
using OrgGraph.Server.Database;
using OrgGraph.Server.Demo;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Server.Commands;

/// <summary>What the server does besides serving. Exit 0: done; 1: failed, the message is on stderr; 2: wrong usage.</summary>
internal static class CommandLine
{
    private static readonly string[] Groups = ["schema", "database", "keys", "organization", "audit", "backup", "bench"];

#pragma warning disable RS0030 // Operators read a command's outcome on its own streams.
    public static TextWriter Output => Console.Out;

    public static TextWriter Error => Console.Error;
#pragma warning restore RS0030

    /// <summary>The command that the arguments begin with; null: serve.</summary>
    public static Func<string[], Task<int>>? Find(string[] args) =>
        args.Length > 0 && (Array.IndexOf(Groups, args[0]) >= 0 || args[0] is "--help" or "-h" or "-?" || !args[0].StartsWith('-')) ? RunAsync : null;

    private static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("OrgGraph: organization settings over GraphQL. Without a command it serves.");
        root.Subcommands.Add(Group("schema", "The GraphQL schema.", SchemaExport()));
        root.Subcommands.Add(Group("database", "The database.", DatabaseMigrate()));
        root.Subcommands.Add(Group("keys", "The key ring.", KeysCommands.Create(), KeysCommands.Rotate()));
        root.Subcommands.Add(Group("audit", "The audit logs.", AuditVerifyCommand.Make()));
        root.Subcommands.Add(Group("organization", "Organizations as a whole, also while a server runs.", OrganizationCommands.List(), OrganizationCommands.Archive(), OrganizationCommands.Restore()));
        root.Subcommands.Add(Backup());
        root.Subcommands.Add(Group("bench", "Load tests.", BenchSeedCommand()));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Error.WriteLineAsync(error.Message);
            }

            return 2;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static Command Group(string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Subcommands.Add(command);
        }

        return group;
    }

    private static Command SchemaExport()
    {
        var output = new Option<FileInfo?>("--output") { Description = "The file to write; stdout when left out." };
        var command = new Command("export", "Prints the schema, sorted.") { output };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var app = OrgGraphServer.Build([], forServing: false);
            var text = SchemaText.Print(app.Services.GetRequiredService<SettingsSchema>());
            await (parsed.GetValue(output) is { } file ? File.WriteAllTextAsync(file.FullName, text, cancellation) : Output.WriteAsync(text));
            return 0;
        });
        return command;
    }

    private static Command DatabaseMigrate()
    {
        var command = new Command("migrate", "Brings the database to this release's model.");
        command.SetAction(async (_, _) =>
        {
            await using var app = OrgGraphServer.Build([], forServing: false);
            app.Services.GetRequiredService<ServerSetup>().MakeDataDirectory();
            app.Services.GetRequiredService<DatabaseStart>().Prepare(migrate: true);
            await Output.WriteLineAsync("The database is up to date.");
            return 0;
        });
        return command;
    }

    private static Command Backup()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "Where the copy goes; nothing may be there yet." };
        var command = new Command("backup", "Copies the database, while servers use it, to a file without the key ring.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var app = OrgGraphServer.Build([], forServing: false);
            var path = parsed.GetValue(file)!.FullName;
            await app.Services.GetRequiredService<DatabaseBackup>().WriteAsync(path, cancellation);
            await Output.WriteLineAsync($"{path} is a checked copy. To restore it, see \"Backup\" in the README; the key ring is kept apart.");
            return 0;
        });
        return command;
    }

    private static Command BenchSeedCommand()
    {
        var file = new Option<FileInfo>("--file") { Description = "The load harness's seed.", Required = true };
        var command = new Command("seed", "Loads the load harness's seed into an empty database.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var app = OrgGraphServer.Build([], forServing: false);
            var setup = app.Services.GetRequiredService<ServerSetup>();
            setup.MakeDataDirectory();
            app.Services.GetRequiredService<DatabaseStart>().Prepare(migrate: true);
            if (await app.Services.GetRequiredService<OrganizationNames>().AnyAsync(cancellation))
            {
                throw new StartRefusedException($"The database in {setup.DataDirectory} is not empty.");
            }

            await OrgGraphServer.SeedAsync(app, BenchSeed.Read(parsed.GetValue(file)!.FullName));
            await app.Services.GetRequiredService<Settings.KernelLoops>().DisposeAsync();
            await Output.WriteLineAsync("Seeded.");
            return 0;
        });
        return command;
    }
}
