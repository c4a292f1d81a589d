using System.ComponentModel;
using GraphQL;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Where a page stands in its list.</summary>
[Name("PageInfo")]
public sealed class PageInfo(bool hasNextPage, bool hasPreviousPage, string? startCursor, string? endCursor)
{
    /// <summary>Whether more follows this page.</summary>
    public bool HasNextPage { get; } = hasNextPage;

    /// <summary>Whether something comes before this page.</summary>
    public bool HasPreviousPage { get; } = hasPreviousPage;

    /// <summary>The first item's cursor; null on an empty page.</summary>
    public string? StartCursor { get; } = startCursor;

    /// <summary>The last item's cursor; pass it as `after` for the next page. Null on an empty page.</summary>
    public string? EndCursor { get; } = endCursor;
}

/// <summary>An item of a list, and its place. Described by attributes: the engine finds no doc comments on members of generic classes.</summary>
public abstract class Edge<TNode>
{
    [Description("The item's place: pass it as `after` or `before`.")]
    public string Cursor { get; internal set; } = "";

    [Description("The item.")]
    public TNode Node { get; internal set; } = default!;
}

/// <summary>A page of a list. Described by attributes, as edges are.</summary>
public abstract class Connection<TNode, TEdge>(Page<TNode> page)
    where TEdge : Edge<TNode>, new()
{
    [Description("The items with their cursors.")]
    public IEnumerable<TEdge> Edges => page.Items.Select((item, index) => new TEdge { Node = item, Cursor = page.CursorOf(index) });

    [Description("The items.")]
    public IEnumerable<TNode> Nodes => page.Items;

    [Description("Where this page stands in the list.")]
    public PageInfo PageInfo => new(page.HasNext, page.HasPrevious, page.Items.Count > 0 ? page.CursorOf(0) : null, page.Items.Count > 0 ? page.CursorOf(page.Items.Count - 1) : null);

    [Description("How many there are over all pages.")]
    public int TotalCount => page.Total();
}
