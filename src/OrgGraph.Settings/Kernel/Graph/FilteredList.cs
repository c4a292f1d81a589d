namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>A filter over a sorted list that copies nothing when nothing is left out.</summary>
internal readonly struct FilteredList<T>(IReadOnlyList<T> list, Func<T, bool> matches)
{
    public IReadOnlyList<T> Whole()
    {
        List<T>? kept = null;
        var index = 0;
        foreach (var item in list)
        {
            if (matches(item))
            {
                kept?.Add(item);
            }
            else
            {
                kept ??= [.. list.Take(index)];
            }

            index++;
        }

        return kept ?? list;
    }
}
