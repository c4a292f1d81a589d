using OrgGraph.Server.Authentication;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Transport;

namespace OrgGraph.Server;

/// <summary><c>GET /graphql?sdl</c>: the schema as text, for those who may introspect; for others there is no such page.</summary>
internal static class SchemaEndpoint
{
    public static void UseSchemaText(this WebApplication app, ServerSetup setup)
    {
        app.Use(async (context, next) =>
        {
            if (!HttpMethods.IsGet(context.Request.Method) || context.Request.Path != "/graphql" || !context.Request.Query.ContainsKey("sdl"))
            {
                await next(context);
                return;
            }

            var authenticator = context.RequestServices.GetRequiredService<IConnectionAuthenticator>();
            var outcome = await authenticator.AuthenticateAsync(context, [.. context.Request.Headers.Authorization.OfType<string>()], context.RequestAborted);
            var isSignedIn = outcome is AuthenticationOutcome.Accepted { Identity: CallerIdentity { IsAnonymous: false } };
            if (setup.MayIntrospect(isSignedIn))
            {
                context.Response.ContentType = "text/plain; charset=utf-8";
                context.Response.Headers.CacheControl = "no-store";
                await context.Response.WriteAsync(SchemaText.Print(context.RequestServices.GetRequiredService<SettingsSchema>()), context.RequestAborted);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
        });
    }
}
