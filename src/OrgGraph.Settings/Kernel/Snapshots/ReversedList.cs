using System.Collections;

namespace OrgGraph.Settings.Kernel.Snapshots;

/// <summary>A list from its end, without a copy.</summary>
internal sealed class ReversedList<T>(IReadOnlyList<T> list) : IReadOnlyList<T>
{
    public int Count => list.Count;

    public T this[int index] => list[list.Count - 1 - index];

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            yield return list[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
