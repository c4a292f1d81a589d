namespace OrgGraph.Settings.Kernel.Access;

/// <summary>For what a setting holds. The narrower one wins.</summary>
public enum SettingScope
{
    /// <summary>For every project of the organization.</summary>
    Organization,

    /// <summary>For one project.</summary>
    Project,

    /// <summary>For one prompt, scorer or tool.</summary>
    Function,
}
