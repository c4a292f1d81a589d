using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OrgGraph.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class AuditLog : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AuditEntries",
                columns: table => new
                {
                    OrganizationId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    OccurredAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Actor = table.Column<string>(type: "TEXT", nullable: true),
                    ActorName = table.Column<string>(type: "TEXT", nullable: false),
                    Credential = table.Column<string>(type: "TEXT", nullable: true),
                    CredentialPreview = table.Column<string>(type: "TEXT", nullable: true),
                    Action = table.Column<string>(type: "TEXT", nullable: false),
                    ResourceType = table.Column<string>(type: "TEXT", nullable: false),
                    ResourceId = table.Column<string>(type: "TEXT", nullable: true),
                    ResourceName = table.Column<string>(type: "TEXT", nullable: true),
                    Outcome = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Changes = table.Column<string>(type: "TEXT", nullable: false),
                    IsForOwners = table.Column<bool>(type: "INTEGER", nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: true),
                    PepperId = table.Column<string>(type: "TEXT", nullable: false),
                    Hash = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuditEntries", x => new { x.OrganizationId, x.Sequence });
                });

            migrationBuilder.CreateTable(
                name: "AuditHeads",
                columns: table => new
                {
                    OrganizationId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    Hash = table.Column<string>(type: "TEXT", nullable: false),
                    PepperId = table.Column<string>(type: "TEXT", nullable: false),
                    Seal = table.Column<string>(type: "TEXT", nullable: false),
                    CutSequence = table.Column<long>(type: "INTEGER", nullable: false),
                    CutHash = table.Column<string>(type: "TEXT", nullable: false),
                    CutPepperId = table.Column<string>(type: "TEXT", nullable: false),
                    CutSeal = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuditHeads", x => x.OrganizationId);
                });

            // Written once: only what retention has sealed as gone may be removed, and the places that say so only move on.
            migrationBuilder.Sql(
                "CREATE TRIGGER AuditEntries_Insert BEFORE INSERT ON AuditEntries "
                + "WHEN EXISTS (SELECT 1 FROM AuditEntries WHERE OrganizationId = NEW.OrganizationId AND Sequence = NEW.Sequence) "
                + "BEGIN SELECT RAISE(ABORT, 'Audit entries are never replaced.'); END");
            migrationBuilder.Sql(
                "CREATE TRIGGER AuditHeads_Update BEFORE UPDATE ON AuditHeads WHEN NEW.Sequence < OLD.Sequence OR NEW.CutSequence < OLD.CutSequence OR NEW.CutSequence > NEW.Sequence "
                + "BEGIN SELECT RAISE(ABORT, 'The end of an audit log only moves on.'); END");
            migrationBuilder.Sql("CREATE TRIGGER AuditHeads_Delete BEFORE DELETE ON AuditHeads BEGIN SELECT RAISE(ABORT, 'The end of an audit log stays.'); END");
            migrationBuilder.Sql("CREATE TRIGGER AuditEntries_Update BEFORE UPDATE ON AuditEntries BEGIN SELECT RAISE(ABORT, 'Audit entries are never changed.'); END");
            migrationBuilder.Sql(
                "CREATE TRIGGER AuditEntries_Delete BEFORE DELETE ON AuditEntries "
                + "WHEN OLD.Sequence > COALESCE((SELECT CutSequence FROM AuditHeads WHERE OrganizationId = OLD.OrganizationId), 0) "
                + "BEGIN SELECT RAISE(ABORT, 'Audit entries are removed by retention only.'); END");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AuditEntries");

            migrationBuilder.DropTable(
                name: "AuditHeads");
        }
    }
}
