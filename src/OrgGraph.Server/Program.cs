using System.Globalization;
using OrgGraph.Server;
using OrgGraph.Server.Commands;

// Nothing that the server says depends on where it runs.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;

try
{
    return CommandLine.Find(args) is { } command ? await command(args) : await OrgGraphServer.RunAsync(args);
}
catch (StartRefusedException refused)
{
    await CommandLine.Error.WriteLineAsync(refused.Message);
    return 1;
}
