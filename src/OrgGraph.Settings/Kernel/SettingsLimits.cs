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

    public int ServiceAccounts { get; set; } = 1_000;

    /// <summary>Of one service account.</summary>
    public int ActiveServiceTokens { get; set; } = 100;

    public int Projects { get; set; } = 1_000;

    public int Environments { get; set; } = 100;

    /// <summary>Of the organization, of each project, and of each function.</summary>
    public int EnvironmentVariables { get; set; } = 1_000;

    /// <summary>Versions assigned to environments, over all of them.</summary>
    public int Assignments { get; set; } = 20_000;

    /// <summary>Of the organization, and of each project.</summary>
    public int AiProviders { get; set; } = 100;

    /// <summary>Of one AI provider.</summary>
    public int CustomModels { get; set; } = 100;

    /// <summary>Of one project.</summary>
    public int SlackAlerts { get; set; } = 100;

    /// <summary>That a person makes in a day.</summary>
    public int Organizations { get; set; } = 10;

    /// <summary>Names that a person tries in an hour, as each attempt tells whether a name is taken.</summary>
    public int OrganizationNames { get; set; } = 10;

    /// <summary>Addresses to which an organization sends mails in a day; 0 lifts the pauses between two mails of one invitation too.</summary>
    public int MailsPerDay { get; set; } = 500;

    internal static bool Reached(int limit, int count) => limit > 0 && count >= limit;
}
