using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace OrgGraph.Server.Ide;

/// <summary>Shows Banana Cake Pop to browsers that open the GraphQL address; every other request passes on to the API.</summary>
public static class IdeEndpoints
{
    private const string Missing =
        "The GraphQL IDE is not part of this build, for Node was not found when the server was built.\n"
        + "The API at this address works. Install Node 20.19 or newer, build again and reload this page.\n";

    // Banana Cake Pop compiles JSON schemas with `new Function` and styles itself inline: allowed below /graphql/ and nowhere else.
    private const string RelaxedPolicy =
        "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
        + "connect-src 'self' ws: wss:; img-src 'self' data:; font-src 'self' data:; manifest-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Adds the IDE. Call it before the dashboard's static files, which would otherwise serve the bundle under their own policy.
    /// </summary>
    /// <param name="app">The server.</param>
    /// <param name="isOn">Whether the IDE is shown; when not, its addresses answer 404.</param>
    /// <param name="firstDocument">The text of every new tab. Browsers cache it: never a token in it.</param>
    public static WebApplication UseIde(this WebApplication app, bool isOn, string firstDocument)
    {
        ArgumentNullException.ThrowIfNull(app);
        string? bundle = isOn ? FindBundle(app.Environment) : null;
        app.MapWhen(IdeRequest.IsForIde, branch =>
        {
            if (bundle is null)
            {
                branch.Run(context => AnswerMissing(context, isOn));
                return;
            }

            byte[] configuration = IdeConfiguration.Write(firstDocument);
            branch.Use((context, next) => AnswerPage(context, next, configuration));
            branch.UseStaticFiles(Files(bundle));
            branch.Run(NotFound);
        });
        return app;
    }

    private static Task AnswerPage(HttpContext context, RequestDelegate next, byte[] configuration)
    {
        PathString path = context.Request.Path;
        if (path == IdeRequest.GraphQLPath)
        {
            // The bundle's addresses are relative, so the page needs the slash. 307, because browsers keep a 301 when the IDE is switched off.
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.Vary = "Accept";
            context.Response.Headers.Location = context.Request.PathBase + IdeRequest.GraphQLPath + "/";
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            return Task.CompletedTask;
        }

        if (path == IdeRequest.GraphQLPath + "/bcp-config.json")
        {
            return AnswerConfiguration(context, configuration);
        }

        // Static files stand back once routing has chosen an endpoint, and the API's own matches /graphql/ too.
        context.SetEndpoint(null);
        if (path == IdeRequest.GraphQLPath + "/")
        {
            context.Request.Path = IdeRequest.GraphQLPath + "/index.html";
        }

        return next(context);
    }

    private static Task AnswerConfiguration(HttpContext context, byte[] configuration)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = configuration.Length;
        context.Response.Headers.CacheControl = "no-cache";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(configuration, context.RequestAborted).AsTask();
    }

    private static Task AnswerMissing(HttpContext context, bool isOn)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        if (!isOn || HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(Missing, context.RequestAborted);
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static StaticFileOptions Files(string bundle)
    {
        var contentTypes = new FileExtensionContentTypeProvider();
        contentTypes.Mappings[".webmanifest"] = "application/manifest+json";
        return new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(bundle),
            RequestPath = IdeRequest.GraphQLPath,
            ContentTypeProvider = contentTypes,
            // LICENSE has no extension, and the terms must be readable beside the bundle.
            ServeUnknownFileTypes = true,
            DefaultContentType = "text/plain; charset=utf-8",
            OnPrepareResponse = Prepare,
        };
    }

    private static void Prepare(StaticFileResponseContext served)
    {
        IHeaderDictionary headers = served.Context.Response.Headers;
        headers.ContentSecurityPolicy = RelaxedPolicy;
        // Names below static/ contain a hash of the content; all others are asked for anew.
        bool isHashed = served.Context.Request.Path.StartsWithSegments(IdeRequest.GraphQLPath + "/static", StringComparison.OrdinalIgnoreCase);
        headers.CacheControl = isHashed ? "public, max-age=31536000, immutable" : "no-cache";
    }

    // Beside the project while developing, beside the assembly once published, wherever the process was started from.
    private static string? FindBundle(IWebHostEnvironment environment) =>
        new[] { environment.WebRootPath, Path.Combine(environment.ContentRootPath, "wwwroot"), Path.Combine(AppContext.BaseDirectory, "wwwroot") }
            .Where(root => !string.IsNullOrEmpty(root))
            .Select(root => Path.GetFullPath(Path.Combine(root, "graphql")))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "index.html")));
}
