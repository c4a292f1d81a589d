namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>One after the other, and beside nothing else: each has servers of its own under load.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CrashTests
{
    public const string Name = "Crashes";
}
