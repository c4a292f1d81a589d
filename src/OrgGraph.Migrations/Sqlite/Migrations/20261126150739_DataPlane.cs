using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OrgGraph.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class DataPlane : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "DataPlane",
                columns: table => new
                {
                    OrganizationId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ApiUrl = table.Column<string>(type: "TEXT", nullable: true),
                    ProxyUrl = table.Column<string>(type: "TEXT", nullable: true),
                    RealtimeUrl = table.Column<string>(type: "TEXT", nullable: true),
                    ResolvesSecrets = table.Column<bool>(type: "INTEGER", nullable: false),
                    AccountId = table.Column<Guid>(type: "TEXT", nullable: true),
                    TokenId = table.Column<Guid>(type: "TEXT", nullable: true),
                    SecretId = table.Column<Guid>(type: "TEXT", nullable: true),
                    TokenDelivery = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    TokenDeliveryError = table.Column<string>(type: "TEXT", nullable: true),
                    DeliveryNumber = table.Column<int>(type: "INTEGER", nullable: false),
                    LastTests = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    IsDeleted = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DataPlane", x => new { x.OrganizationId, x.Id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_DataPlane_OrganizationId_Version",
                table: "DataPlane",
                columns: new[] { "OrganizationId", "Version" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DataPlane");
        }
    }
}
