using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Finds things of one type by id, under the one rule who may see them.</summary>
internal interface INodeSource
{
    NodeType Type { get; }

    /// <summary>The thing; null when there is none or the caller may not see it.</summary>
    object? Find(Snapshot snapshot, Caller caller, Guid id);

    /// <summary>As above, of things that no snapshot holds.</summary>
    ValueTask<object?> FindAsync(Snapshot snapshot, Caller caller, Guid id, CancellationToken cancellation) => new(Find(snapshot, caller, id));
}

/// <inheritdoc cref="INodeSource"/>
internal sealed class NodeSource(NodeType type, Func<Snapshot, Caller, Guid, object?> find) : INodeSource
{
    public NodeType Type { get; } = type;

    public object? Find(Snapshot snapshot, Caller caller, Guid id) => find(snapshot, caller, id);
}
