using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>Registers the verifier of people's tokens, and the demo issuer while demo sign-in is on.</summary>
public static class PersonTokenServices
{
    /// <param name="services">Where to register.</param>
    /// <param name="issuers">Bound from <c>OrgGraph:Authentication:Issuers</c>; checked here, so that a bad one stops the start.</param>
    /// <param name="isDevelopment">Allows issuers without TLS.</param>
    /// <param name="demoDataDirectory">The data folder while demo sign-in is on, else null.</param>
    public static IServiceCollection AddPersonTokens(
        this IServiceCollection services,
        IReadOnlyList<IssuerOptions> issuers,
        bool isDevelopment,
        string? demoDataDirectory)
    {
        IssuerOptions.Check(issuers, isDevelopment);
        services.TryAddSingleton(TimeProvider.System);
        if (demoDataDirectory is not null)
        {
            services.AddSingleton(provider => DemoIssuer.Open(demoDataDirectory, provider.GetRequiredService<TimeProvider>()));
        }

        return services.AddSingleton(provider => new PersonTokenVerifier(
            issuers,
            provider.GetService<DemoIssuer>(),
            isDevelopment,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PersonTokenVerifier>>()));
    }
}
