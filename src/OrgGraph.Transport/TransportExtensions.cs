using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrgGraph.Transport.Connections;
using OrgGraph.Transport.Http;
using OrgGraph.Transport.ServerSentEvents;
using OrgGraph.Transport.WebSockets;

namespace OrgGraph.Transport;

/// <summary>Adds the transport to a host.</summary>
public static class TransportExtensions
{
    /// <summary>Registers the transport. The host registers <see cref="IGraphQLEngine"/> and <see cref="IConnectionAuthenticator"/> as singletons.</summary>
    /// <param name="services">The host's services; a <see cref="TimeProvider"/> among them is used, else the system's.</param>
    /// <param name="configure">Changes the defaults.</param>
    public static IServiceCollection AddGraphQLTransport(this IServiceCollection services, Action<TransportOptions>? configure = null)
    {
        services.AddOptions<TransportOptions>();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TransportMetrics>();
        services.TryAddSingleton<RefusalLog>();
        services.TryAddSingleton<ConnectionCounts>();
        services.TryAddSingleton<OpenConnections>();
        services.TryAddSingleton<RequestDoor>();
        services.TryAddSingleton<RequestReader>();
        services.TryAddSingleton<GraphQLOverHttp>();
        services.TryAddSingleton<EventStreamProtocol>();
        services.TryAddSingleton<SocketServices>();
        services.TryAddSingleton<SocketProtocol>();
        services.TryAddSingleton<TransportEndpoint>();
        return services;
    }

    /// <summary>Serves GraphQL over HTTP, <c>graphql-transport-ws</c> and server-sent events at one address. Brings its own WebSocket middleware.</summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="pattern">The address.</param>
    public static IEndpointConventionBuilder MapGraphQLTransport(this IEndpointRouteBuilder endpoints, string pattern = "/graphql")
    {
        var endpoint = endpoints.ServiceProvider.GetRequiredService<TransportEndpoint>();
        var branch = endpoints.CreateApplicationBuilder();
        // The protocol's own ping messages find dead peers; a second keep-alive would only cost a timer a socket.
        branch.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        branch.Run(endpoint.HandleAsync);
        return endpoints.Map(pattern, branch.Build()).WithDisplayName("GraphQL");
    }
}
