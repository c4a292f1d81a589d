using System.Runtime.CompilerServices;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>Many servers share this process with their clients: on two cores the pool would begin with two threads and add one a second.</summary>
internal static class TestThreads
{
    [ModuleInitializer]
    internal static void Raise() => ThreadPool.SetMinThreads(64, 64);
}
