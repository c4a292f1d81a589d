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

/// <summary>An item of a list, and its place.</summary>
public abstract class Edge<TNode>
{
    /// <summary>The item's place: pass it as `after` or `before`.</summary>
    public string Cursor { get; internal set; } = "";

    /// <summary>The item.</summary>
    public TNode Node { get; internal set; } = default!;
}

/// <summary>A page of a list.</summary>
public abstract class Connection<TNode, TEdge>(Page<TNode> page)
    where TEdge : Edge<TNode>, new()
{
    /// <summary>The items with their cursors.</summary>
    public IEnumerable<TEdge> Edges => page.Items.Select(item => new TEdge { Node = item.Item, Cursor = item.Cursor });

    /// <summary>The items.</summary>
    public IEnumerable<TNode> Nodes => page.Items.Select(item => item.Item);

    /// <summary>Where this page stands in the list.</summary>
    public PageInfo PageInfo => new(page.HasNext, page.HasPrevious, page.Items.Count > 0 ? page.Items[0].Cursor : null, page.Items.Count > 0 ? page.Items[^1].Cursor : null);

    /// <summary>How many there are over all pages.</summary>
    public int TotalCount => page.Total();
}
