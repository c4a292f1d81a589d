namespace OrgGraph.Settings.Tests.Testing;

/// <summary>Tests of what the whole process takes, its memory for one: they run when no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneTests
{
    public const string Name = "Alone";
}
