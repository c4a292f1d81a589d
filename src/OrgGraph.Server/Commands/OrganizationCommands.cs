using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using OrgGraph.Server.Database;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Server.Commands;

/// <summary>
/// What operators do to organizations as a whole. They write to the database that a server may be using: it learns of it as of any other
/// process's change, within half a second.
/// </summary>
internal static class OrganizationCommands
{
    public static Command List()
    {
        var command = new Command("list", "All organizations, a line each: name, state, id, with tabs between.");
        command.SetAction((_, cancellation) => RunAsync(async archive =>
        {
            foreach (var organization in await archive.ListAsync(cancellation))
            {
                await CommandLine.Output.WriteLineAsync($"{organization.Name}\t{StateOf(organization)}\t{organization.Id}");
            }
        }));
        return command;
    }

    public static Command Archive()
    {
        var name = Name();
        var command = new Command("archive", "Archives an organization: its credentials stop and nothing is answered for it, until it is restored.") { name };
        command.SetAction((parsed, cancellation) => RunAsync(async archive =>
        {
            var (organization, isChanged) = Found(await archive.ArchiveAsync(parsed.GetValue(name)!, cancellation), parsed.GetValue(name)!);
            await CommandLine.Output.WriteLineAsync(
                !isChanged ? $"{organization.Name} has been archived since {Text(organization.ArchivedAt!.Value)}."
                : organization.DeletionDueAt is { } due ? $"{organization.Name} is archived. Its deletion was requested for {Text(due)}."
                : $"{organization.Name} is archived. Nobody had requested its deletion.");
        }));
        return command;
    }

    public static Command Restore()
    {
        var name = Name();
        var command = new Command("restore", "Brings an archived organization back as it was, its credentials too.") { name };
        command.SetAction((parsed, cancellation) => RunAsync(async archive =>
        {
            var (organization, isChanged) = Found(await archive.RestoreAsync(parsed.GetValue(name)!, cancellation), parsed.GetValue(name)!);
            await CommandLine.Output.WriteLineAsync(
                !isChanged ? $"{organization.Name} is not archived."
                : organization.DeletionDueAt is { } due ? $"{organization.Name} is restored. Its deletion is still requested, for {Text(due)}: an owner can cancel it."
                : $"{organization.Name} is restored.");
        }));
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The organization's name, in any case." };

    // Of the server's loops only the writer runs: what is due is a server's to do.
    private static async Task<int> RunAsync(Func<OrganizationArchive, Task> run)
    {
        await using var app = OrgGraphServer.Build([], forServing: false);
        app.Services.GetRequiredService<DatabaseStart>().Prepare(migrate: false);
        app.Services.GetRequiredService<Writer>().Start();
        try
        {
            await run(app.Services.GetRequiredService<OrganizationArchive>());
            return 0;
        }
        catch (Exception e) when (e is DbException or RequestFault)
        {
            // Another process holds the database, or changed the organization again and again.
            throw new StartRefusedException(e.Message);
        }
    }

    private static ArchivingOutcome Found(ArchivingOutcome? outcome, string name) => outcome ?? throw new StartRefusedException($"There is no organization named {name}.");

    private static string StateOf(OrganizationStanding organization) =>
        organization.ArchivedAt is { } archivedAt ? $"archived {Text(archivedAt)}"
        : organization.DeletionDueAt is { } due ? $"deletion due {Text(due)}"
        : "active";

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
