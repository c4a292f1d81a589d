namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Which way a list is ordered.</summary>
public enum OrderDirection
{
    /// <summary>The smallest, earliest or alphabetically first one leads.</summary>
    Asc,

    /// <summary>The largest, latest or alphabetically last one leads.</summary>
    Desc,
}
