using OrgGraph.Secrets;

namespace OrgGraph.Server.Keys;

/// <summary>Registers the keys: the ring, which always holds the peppers, and what wraps data keys.</summary>
internal static class KeyServices
{
    public static void AddKeys(this IServiceCollection services, ServerSetup setup)
    {
        var kms = setup.Options.Secrets.AwsKms;
        services.AddSingleton(_ => setup.KeyRing.Open(mayCreate: setup.IsDevelopment));
        services.AddSingleton<IKeyWrapper>(provider => string.IsNullOrEmpty(kms.KeyArn) && kms.FormerKeyArns.Count == 0
            ? provider.GetRequiredService<KeyRing>()
            : new AwsKmsKeys(kms, provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new TokenHasher(provider.GetRequiredService<KeyRing>()));
        services.AddSingleton(provider => new SecretSealer(provider.GetRequiredService<IKeyWrapper>()));
        services.AddSingleton<KeyRingCheck>();
    }
}
