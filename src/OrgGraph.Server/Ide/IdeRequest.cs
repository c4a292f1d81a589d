namespace OrgGraph.Server.Ide;

/// <summary>Tells a browser that opens the IDE from a client that speaks to the API at the same address.</summary>
internal static class IdeRequest
{
    /// <summary>The address of the API; the IDE lives below it.</summary>
    public const string GraphQLPath = "/graphql";

    /// <summary>Whether the request is for the IDE's page or one of its files.</summary>
    public static bool IsForIde(HttpContext context)
    {
        HttpRequest request = context.Request;
        if ((!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            || !request.Path.StartsWithSegments(GraphQLPath, StringComparison.OrdinalIgnoreCase, out PathString rest)
            || request.Headers.Upgrade.Count > 0)
        {
            return false;
        }

        if (rest.HasValue && rest != "/")
        {
            return true;
        }

        return !request.Query.ContainsKey("query") && !request.Query.ContainsKey("sdl") && AcceptsHtml(request);
    }

    // Browsers name text/html when they open a page; scripts say */* and mean the API.
    private static bool AcceptsHtml(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality is not 0);
}
