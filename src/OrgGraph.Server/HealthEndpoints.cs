using System.Globalization;
using System.Text.Json;
using OrgGraph.Server.Database;
using OrgGraph.Server.Keys;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Server;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: the database is reachable and migrated, and the key ring usable.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", context => AnswerAsync(context, []));
        endpoints.MapGet("/health/ready", async context => await AnswerAsync(context, new Dictionary<string, bool>
        {
            ["database"] = await IsMigratedAsync(context),
            ["keyRing"] = await context.RequestServices.GetRequiredService<KeyRingCheck>().IsUsableAsync(context.RequestAborted),
        }));
    }

    // Unreachable, and one that is not as this server found it at its start: both are no database to work with.
    private static async Task<bool> IsMigratedAsync(HttpContext context)
    {
        try
        {
            await using var connection = await context.RequestServices.GetRequiredService<ISqlDialect>().OpenReaderAsync(context.RequestAborted);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM __EFMigrationsHistory WHERE MigrationId = @newest";
            var newest = command.CreateParameter();
            (newest.ParameterName, newest.Value) = ("@newest", context.RequestServices.GetRequiredService<DatabaseStart>().Newest);
            command.Parameters.Add(newest);
            return Convert.ToInt32(await command.ExecuteScalarAsync(context.RequestAborted), CultureInfo.InvariantCulture) == 1;
        }
        catch (System.Data.Common.DbException)
        {
            return false;
        }
    }

    private static Task AnswerAsync(HttpContext context, Dictionary<string, bool> checks)
    {
        var isGood = checks.Values.All(check => check);
        context.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/json";
        var words = checks.ToDictionary(check => check.Key, check => Word(check.Value));
        return context.Response.WriteAsync(JsonSerializer.Serialize(new { status = Word(isGood), checks = words }), context.RequestAborted);
    }

    private static string Word(bool isGood) => isGood ? "healthy" : "unhealthy";
}
