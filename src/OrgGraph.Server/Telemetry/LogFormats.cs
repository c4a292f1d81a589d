using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace OrgGraph.Server.Telemetry;

/// <summary>What is logged, and how the console shows it: a line for people in Development, elsewhere JSON for what collects it.</summary>
internal static class LogFormats
{
    private const string Chosen = "Logging:Console:FormatterName";

    // In the program and not in a file beside it: a server that is started from another folder does not find that.
    private static readonly Dictionary<string, string?> Levels = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
    };

    public static void UseLogFormats(this WebApplicationBuilder builder)
    {
        // Below all other sources, which may say otherwise.
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Levels });

        // These two write addresses with their query strings, which over GET are documents and variables: whoever turns the framework's log up must not get them.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Warning);

        // Of the scopes' ids this one is enough to find what belongs together: the answer carries it too.
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId);
        if (!string.IsNullOrEmpty(builder.Configuration[Chosen]))
        {
            return;
        }

        if (builder.Environment.IsDevelopment())
        {
            builder.Logging.AddSimpleConsole(options => (options.SingleLine, options.TimestampFormat, options.ColorBehavior) = (true, "HH:mm:ss.fff ", LoggerColorBehavior.Default));
        }
        else
        {
            builder.Logging.AddJsonConsole(options =>
            {
                (options.IncludeScopes, options.UseUtcTimestamp, options.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ");
                options.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            });
        }
    }
}
