using BenchmarkDotNet.Running;
using OrgGraph.Benchmarks;

// dotnet run -c Release --project tests/OrgGraph.Benchmarks -- load http://127.0.0.1:5080   asks a running demo server
// dotnet run -c Release --project tests/OrgGraph.Benchmarks -- --filter '*'                 measures hot paths in this process
if (args is ["load", var address])
{
    return await Load.RunAsync(new Uri(address));
}

BenchmarkSwitcher.FromAssembly(typeof(Load).Assembly).Run(args);
return 0;
