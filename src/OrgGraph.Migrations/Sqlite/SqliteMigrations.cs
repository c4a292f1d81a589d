namespace OrgGraph.Migrations.Sqlite;

/// <summary>The migrations of this release, in order; a test holds them against those that EF Core finds.</summary>
public static class SqliteMigrations
{
    public static string[] Ids { get; } =
    [
        "20261125233234_Initial",
        "20261126021659_ServiceAccounts",
        "20261126100719_Secrets",
        "20261126103653_Assignments",
        "20261126105103_AiProviders",
        "20261126110643_AuditLog",
        "20261126122420_EnvironmentVariables",
        "20261126143306_Slack",
        "20261126150739_DataPlane",
        "20261127171234_EventsByVersion",
    ];
}
