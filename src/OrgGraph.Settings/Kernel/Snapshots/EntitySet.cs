using System.Collections.Immutable;

namespace OrgGraph.Settings.Kernel.Snapshots;

/// <summary>Something that a snapshot holds by id.</summary>
public interface IEntity
{
    Guid Id { get; }

    /// <summary>The organization's version at which it last changed.</summary>
    int Version { get; }
}

/// <summary>Where an entity stands in an order: by text or by number, ties by id.</summary>
public readonly record struct SortKey(string? Text, long Number) : IComparable<SortKey>
{
    public static SortKey Of(string? text) => new(text ?? "", 0);

    /// <summary>A missing time comes first.</summary>
    public static SortKey Of(DateTimeOffset? time) => new(null, time?.ToUnixTimeMilliseconds() ?? long.MinValue);

    public int CompareTo(SortKey other) => Text is null && other.Text is null ? Number.CompareTo(other.Number) : string.CompareOrdinal(Text, other.Text);
}

/// <summary>One order of entities.</summary>
/// <param name="Tag">Tells cursors of different orders apart.</param>
public sealed record SortOrder<T>(string Tag, Func<T, SortKey> Key, bool Descending = false) : IComparer<T>
    where T : class, IEntity
{
    public int Compare(T? x, T? y) => Compare(Key(x!), x!.Id, Key(y!), y!.Id);

    public int Compare(SortKey key, Guid id, SortKey otherKey, Guid otherId)
    {
        var order = key.CompareTo(otherKey);
        order = order != 0 ? order : id.CompareTo(otherId);
        return Descending ? -order : order;
    }
}

/// <summary>
/// The entities of one kind, by id and in their usual order. A change costs the logarithm of the number; other orders are sorted when
/// first asked for and kept with the version.
/// </summary>
public sealed class EntitySet<T>
    where T : class, IEntity
{
    private readonly ImmutableDictionary<Guid, T> _byId;
    private readonly ImmutableSortedSet<T> _sorted;
    private volatile ImmutableDictionary<string, IReadOnlyList<T>> _otherOrders = ImmutableDictionary<string, IReadOnlyList<T>>.Empty;

    private EntitySet(SortOrder<T> order, ImmutableDictionary<Guid, T> byId, ImmutableSortedSet<T> sorted)
    {
        Order = order;
        _byId = byId;
        _sorted = sorted;
    }

    public SortOrder<T> Order { get; }

    public int Count => _byId.Count;

    /// <summary>All, in the usual order.</summary>
    public IReadOnlyList<T> All => _sorted;

    public T? this[Guid id] => _byId.GetValueOrDefault(id);

    public static EntitySet<T> Empty(SortOrder<T> order) => new(order, ImmutableDictionary<Guid, T>.Empty, ImmutableSortedSet.Create<T>(order));

    /// <summary>All, in another order.</summary>
    public IReadOnlyList<T> In(SortOrder<T> order)
    {
        if (order.Tag == Order.Tag && order.Descending == Order.Descending)
        {
            return _sorted;
        }

        if (order.Tag == Order.Tag)
        {
            return new ReversedList<T>(_sorted);
        }

        var name = order.Tag + (order.Descending ? '-' : '+');
        if (!_otherOrders.TryGetValue(name, out var list))
        {
            list = [.. _sorted.Order(order)];
            _otherOrders = _otherOrders.SetItem(name, list);
        }

        return list;
    }

    public EntitySet<T> With(T entity)
    {
        var sorted = _byId.TryGetValue(entity.Id, out var before) ? _sorted.Remove(before) : _sorted;
        return new EntitySet<T>(Order, _byId.SetItem(entity.Id, entity), sorted.Add(entity));
    }

    public EntitySet<T> Without(Guid id) =>
        _byId.TryGetValue(id, out var before) ? new EntitySet<T>(Order, _byId.Remove(id), _sorted.Remove(before)) : this;

    /// <summary>Several at once. Those of a load are sorted in one go; fewer than are there already are put to their places, and the rest stays as it is.</summary>
    public EntitySet<T> WithAll(IReadOnlyCollection<T> entities)
    {
        if (entities.Count > Count)
        {
            var all = _byId.SetItems(entities.Select(entity => KeyValuePair.Create(entity.Id, entity)));
            return new EntitySet<T>(Order, all, all.Values.ToImmutableSortedSet(Order));
        }

        var (byId, sorted) = (_byId.ToBuilder(), _sorted.ToBuilder());
        foreach (var entity in entities)
        {
            if (byId.TryGetValue(entity.Id, out var before))
            {
                sorted.Remove(before);
            }

            byId[entity.Id] = entity;
            sorted.Add(entity);
        }

        return new EntitySet<T>(Order, byId.ToImmutable(), sorted.ToImmutable());
    }
}
