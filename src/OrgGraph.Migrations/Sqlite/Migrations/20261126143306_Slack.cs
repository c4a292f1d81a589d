using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OrgGraph.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Slack : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "SlackAlerts",
                columns: table => new
                {
                    OrganizationId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    FiresOn = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    EnvironmentId = table.Column<Guid>(type: "TEXT", nullable: true),
                    ChannelId = table.Column<string>(type: "TEXT", nullable: false),
                    ChannelName = table.Column<string>(type: "TEXT", nullable: true),
                    IsChannelPrivate = table.Column<bool>(type: "INTEGER", nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    LastError = table.Column<string>(type: "TEXT", nullable: true),
                    LastSentAt = table.Column<long>(type: "INTEGER", nullable: true),
                    CreatedBy = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    IsDeleted = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SlackAlerts", x => new { x.OrganizationId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "SlackAttempts",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    OrganizationId = table.Column<Guid>(type: "TEXT", nullable: false),
                    PersonId = table.Column<Guid>(type: "TEXT", nullable: false),
                    StateHash = table.Column<string>(type: "TEXT", maxLength: 450, nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SlackAttempts", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "SlackChannels",
                columns: table => new
                {
                    OrganizationId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ChannelCount = table.Column<int>(type: "INTEGER", nullable: false),
                    Channels = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    IsDeleted = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SlackChannels", x => new { x.OrganizationId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "SlackIntegrations",
                columns: table => new
                {
                    OrganizationId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    WorkspaceId = table.Column<string>(type: "TEXT", nullable: true),
                    WorkspaceName = table.Column<string>(type: "TEXT", nullable: true),
                    InstalledBy = table.Column<string>(type: "TEXT", nullable: true),
                    InstalledAt = table.Column<long>(type: "INTEGER", nullable: true),
                    TokenSecretId = table.Column<Guid>(type: "TEXT", nullable: true),
                    AccessibleChannels = table.Column<string>(type: "TEXT", nullable: false),
                    ChannelsRefreshedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    AttemptNumber = table.Column<int>(type: "INTEGER", nullable: false),
                    RefreshNumber = table.Column<int>(type: "INTEGER", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    IsDeleted = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SlackIntegrations", x => new { x.OrganizationId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "SlackMessages",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    OrganizationId = table.Column<Guid>(type: "TEXT", nullable: false),
                    AlertId = table.Column<Guid>(type: "TEXT", nullable: false),
                    ChannelId = table.Column<string>(type: "TEXT", nullable: false),
                    Text = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SlackMessages", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_SlackAlerts_OrganizationId_Version",
                table: "SlackAlerts",
                columns: new[] { "OrganizationId", "Version" });

            migrationBuilder.CreateIndex(
                name: "IX_SlackAttempts_OrganizationId",
                table: "SlackAttempts",
                column: "OrganizationId");

            migrationBuilder.CreateIndex(
                name: "IX_SlackAttempts_StateHash",
                table: "SlackAttempts",
                column: "StateHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_SlackChannels_OrganizationId_Version",
                table: "SlackChannels",
                columns: new[] { "OrganizationId", "Version" });

            migrationBuilder.CreateIndex(
                name: "IX_SlackIntegrations_OrganizationId_Version",
                table: "SlackIntegrations",
                columns: new[] { "OrganizationId", "Version" });

            migrationBuilder.CreateIndex(
                name: "IX_SlackMessages_AlertId",
                table: "SlackMessages",
                column: "AlertId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SlackAlerts");

            migrationBuilder.DropTable(
                name: "SlackAttempts");

            migrationBuilder.DropTable(
                name: "SlackChannels");

            migrationBuilder.DropTable(
                name: "SlackIntegrations");

            migrationBuilder.DropTable(
                name: "SlackMessages");
        }
    }
}
