using System.Buffers.Text;
using System.Text;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>How much of a list, and from where.</summary>
public readonly record struct PageArguments(int? First, string? After, int? Last, string? Before)
{
    public const int Default = 50;
    public const int Max = 100;

    /// <summary>How many, from which end.</summary>
    /// <exception cref="RequestFault">BAD_USER_INPUT: out of 1 to 100, or both ends at once.</exception>
    public (int Count, bool FromEnd) Size()
    {
        if (First is not null && Last is not null)
        {
            throw RequestFault.BadInput("Pass either first or last, not both.");
        }

        var count = First ?? Last ?? Default;
        return count is < 1 or > Max
            ? throw RequestFault.BadInput($"{(Last is null ? "first" : "last")} must be between 1 and {Max}.")
            : (count, Last is not null);
    }
}

/// <summary>An opaque place in one order of one connection: found again even when the entity is gone.</summary>
internal readonly record struct PageCursor(string Tag, SortKey Key, Guid Id)
{
    private const char Separator = '\u001f';

    public override string ToString()
    {
        var text = $"{Tag}{Separator}{(Key.Text is null ? "n" + Key.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) : "t" + Key.Text)}{Separator}{Id:N}";
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }

    public static PageCursor Parse(string text, string tag, string argument)
    {
        if (text.Length <= 4000 && Base64Url.IsValid(text))
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(Separator);
            if (parts.Length == 3 && parts[0] == tag && Guid.TryParseExact(parts[2], "N", out var id))
            {
                if (parts[1].StartsWith('t'))
                {
                    return new PageCursor(tag, new SortKey(parts[1][1..], 0), id);
                }

                if (parts[1].StartsWith('n') && long.TryParse(parts[1].AsSpan(1), out var number))
                {
                    return new PageCursor(tag, new SortKey(null, number), id);
                }
            }
        }

        throw RequestFault.BadInput($"{argument} is not a cursor of this list in this order. Pass a cursor that the same field gave with the same order.");
    }
}

/// <summary>A page of something.</summary>
/// <param name="CursorOf">An item's cursor, by its index: made only when it is asked for.</param>
/// <param name="Total">How many there are, over all pages.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, Func<int, string> CursorOf, bool HasNext, bool HasPrevious, Func<int> Total)
{
    public Page<TOther> Select<TOther>(Func<T, TOther> map)
    {
        var items = new TOther[Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = map(Items[i]);
        }

        return new Page<TOther>(items, CursorOf, HasNext, HasPrevious, Total);
    }
}

internal static class Paging
{
    /// <summary>A page of a sorted list.</summary>
    /// <param name="name">The connection's name: its cursors are worth nothing elsewhere.</param>
    public static Page<T> Of<T>(string name, IReadOnlyList<T> sorted, SortOrder<T> order, PageArguments arguments)
        where T : class, IEntity
    {
        var (count, fromEnd) = arguments.Size();
        var tag = $"{name}.{order.Tag}{(order.Descending ? '-' : '+')}";
        var start = arguments.After is { } after ? Find(sorted, order, PageCursor.Parse(after, tag, "after"), past: true) : 0;
        var end = arguments.Before is { } before ? Find(sorted, order, PageCursor.Parse(before, tag, "before"), past: false) : sorted.Count;
        end = Math.Max(start, end);
        var from = fromEnd ? Math.Max(start, end - count) : start;
        var to = fromEnd ? end : Math.Min(end, start + count);
        var items = new T[to - from];
        for (var i = from; i < to; i++)
        {
            items[i - from] = sorted[i];
        }

        return new Page<T>(items, index => CursorOf(tag, order, items[index]), to < sorted.Count, from > 0, () => sorted.Count);
    }

    /// <summary>A page of those that match: only as many are looked at as the page needs, unless the total is asked for.</summary>
    public static Page<T> Of<T>(string name, IReadOnlyList<T> sorted, SortOrder<T> order, PageArguments arguments, Func<T, bool> matches)
        where T : class, IEntity
    {
        var (count, fromEnd) = arguments.Size();
        var tag = $"{name}.{order.Tag}{(order.Descending ? '-' : '+')}";
        var start = arguments.After is { } after ? Find(sorted, order, PageCursor.Parse(after, tag, "after"), past: true) : 0;
        var end = Math.Max(start, arguments.Before is { } before ? Find(sorted, order, PageCursor.Parse(before, tag, "before"), past: false) : sorted.Count);
        var found = new List<T>(count + 1);
        for (var i = fromEnd ? end - 1 : start; i >= start && i < end && found.Count <= count; i += fromEnd ? -1 : 1)
        {
            if (matches(sorted[i]))
            {
                found.Add(sorted[i]);
            }
        }

        var hasMore = found.Count > count;
        if (hasMore)
        {
            found.RemoveAt(count);
        }

        if (fromEnd)
        {
            found.Reverse();
        }

        var hasBefore = Any(sorted, 0, start, matches);
        var hasAfter = Any(sorted, end, sorted.Count, matches);
        return new Page<T>(found, index => CursorOf(tag, order, found[index]), hasAfter || (!fromEnd && hasMore), hasBefore || (fromEnd && hasMore), () => sorted.Count(matches));
    }

    private static string CursorOf<T>(string tag, SortOrder<T> order, T item)
        where T : class, IEntity => new PageCursor(tag, order.Key(item), item.Id).ToString();

    private static bool Any<T>(IReadOnlyList<T> sorted, int from, int to, Func<T, bool> matches)
    {
        for (var i = from; i < to; i++)
        {
            if (matches(sorted[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static int Find<T>(IReadOnlyList<T> sorted, SortOrder<T> order, PageCursor cursor, bool past)
        where T : class, IEntity
    {
        int low = 0, high = sorted.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            var item = sorted[middle];
            var compared = order.Compare(order.Key(item), item.Id, cursor.Key, cursor.Id);
            if (compared < 0 || (past && compared == 0))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
