namespace OrgGraph.Settings.Kernel;

/// <summary>How much an installation holds. 0 means no limit. Set by <c>OrgGraph__Limits__&lt;Name&gt;</c>.</summary>
public sealed class SettingsLimits
{
    public int Members { get; set; } = 10_000;

    public int PendingInvitations { get; set; } = 10_000;

    public int PermissionGroups { get; set; } = 500;

    /// <summary>How deep groups may include groups.</summary>
    public int GroupNesting { get; set; } = 10;

    public int Grants { get; set; } = 20_000;

    /// <summary>Of one person in one organization.</summary>
    public int ActiveApiKeys { get; set; } = 100;

    public int Projects { get; set; } = 1_000;

    public int Environments { get; set; } = 100;

    /// <summary>That a person makes in a day.</summary>
    public int Organizations { get; set; } = 10;

    /// <summary>Names that a person tries in an hour, as each attempt tells whether a name is taken.</summary>
    public int OrganizationNames { get; set; } = 10;

    /// <summary>Mails that an organization sends in a day.</summary>
    public int MailsPerDay { get; set; } = 500;

    internal static bool Reached(int limit, int count) => limit > 0 && count >= limit;
}
