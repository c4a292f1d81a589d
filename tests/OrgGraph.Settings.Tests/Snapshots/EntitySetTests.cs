using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Tests.Snapshots;

/// <summary>However many entities change at once, what comes out is the same, and what did not change is not paid for.</summary>
public sealed class EntitySetTests
{
    private const int Many = 20_000;

    private static readonly SortOrder<Entity> ByName = new("name", entity => SortKey.Of(entity.Name));
    private static readonly Entity[] All = [.. Enumerable.Range(0, Many).Select(i => new Entity(Id(i), 1, $"Name {i * 7919 % Many}"))];

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(Many / 2)]
    [InlineData(Many)]
    [InlineData(Many + 1)]
    public void Changed_at_once_is_as_changed_one_by_one(int changes)
    {
        var set = EntitySet<Entity>.Empty(ByName).WithAll(All);
        // Renamed and new ones, and one of them twice: its last state counts.
        Entity[] changed = [.. Enumerable.Range(Many / 2, changes).Select(i => new Entity(Id(i), 2, $"Changed {i}")), new Entity(Id(Many / 2), 3, "Last")];

        var atOnce = set.WithAll(changed);

        Assert.Equal(changed.Aggregate(set, (one, entity) => one.With(entity)).All, atOnce.All);
        Assert.Equal("Last", atOnce[Id(Many / 2)]!.Name);
        Assert.Equal(All.OrderBy(entity => entity.Name, StringComparer.Ordinal), set.All);
    }

    [Fact]
    public void Few_that_change_leave_the_rest_as_it_is()
    {
        var set = EntitySet<Entity>.Empty(ByName).WithAll(All);
        Entity[] changed = [.. Enumerable.Range(0, 16).Select(i => new Entity(Id(i), 2, $"Changed {i}"))];
        set.WithAll(changed);
        var before = GC.GetAllocatedBytesForCurrentThread();

        set.WithAll(changed);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 100_000);
    }

    private static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    private sealed record Entity(Guid Id, int Version, string Name) : IEntity;
}
