using System.CommandLine;
using OrgGraph.Server.Database;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Directory;

namespace OrgGraph.Server.Commands;

/// <summary><c>audit verify [NAME]</c>: whether the logs are as they were written. The server may go on meanwhile.</summary>
internal static class AuditVerifyCommand
{
    public static Command Make()
    {
        var name = new Argument<string?>("NAME") { Description = "The organization; all when left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("verify", "Checks the chain of every audit entry, and names the first that was edited, dropped or swapped.") { name };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(name), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string? name, CancellationToken cancellation)
    {
        await using var app = OrgGraphServer.Build([], forServing: false);
        app.Services.GetRequiredService<DatabaseStart>().Prepare(migrate: false);
        var organizations = await app.Services.GetRequiredService<OrganizationNames>().ListAsync(name, cancellation);
        if (organizations.Count == 0 && name is not null)
        {
            throw new StartRefusedException($"There is no organization named {name}.");
        }

        var check = app.Services.GetRequiredService<AuditCheck>();
        var failed = 0;
        foreach (var (id, called) in organizations)
        {
            var (good, problem) = await check.VerifyAsync(id, cancellation);
            failed += problem is null ? 0 : 1;
            await (problem is null ? CommandLine.Output.WriteLineAsync($"{called}: {good} entries, all as they were written.") : CommandLine.Error.WriteLineAsync($"{called}: {good} entries are good. {problem}"));
        }

        return failed == 0 ? 0 : 1;
    }
}
