using System.Text.Json;
using OrgGraph.Settings.Seeding;

namespace OrgGraph.Server.Demo;

/// <summary>The load harness's seed file as a plan. What the areas do not hold yet is left out.</summary>
internal static class BenchSeed
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static SeedPlan Read(string file)
    {
        using var stream = File.OpenRead(file);
        var seed = JsonSerializer.Deserialize<Seed>(stream, Json) ?? throw new JsonException("The file is empty.");
        var groups = seed.Groups.ToDictionary(group => group.Id, group => group.Name);
        var emails = seed.Members.ToDictionary(member => member.Id, member => member.Email);
        return new SeedPlan(DemoOrganization.Id, seed.Organization.Name)
        {
            Members = [.. seed.Members.Select(member => new SeedMember(DemoOrganization.PersonOf(member.Email) with { DisplayName = member.Name }, [.. member.GroupIds.Select(id => groups[id])]))],
            Groups = [.. seed.Groups.Select(group => new SeedGroup(group.Name))],
            ApiKeys = [.. seed.ApiKeys.Select(key => new SeedKey(key.Name, emails[key.OwnerId], key.Prefix, key.CreatedAt))],
            Environments = [.. seed.Environments.Select(environment => environment.Name)],
            AiProviders = [.. seed.AiProviders.Select(Provider)],
        };
    }

    private static SeedProvider Provider(AiProvider provider) => new(
        provider.Kind, $"secret of {provider.Name}", null, provider.Name, provider.Kind == "custom" ? "https://models.example/v1" : null, provider.Kind == "azure" ? "https://models.example" : null);

    private sealed record Seed(Named Organization, Named[] Groups, Member[] Members, Key[] ApiKeys, AiProvider[] AiProviders, Named[] Environments);

    private sealed record Named(string Id, string Name);

    private sealed record AiProvider(string Name, string Kind);

    private sealed record Member(string Id, string Email, string Name, string[] GroupIds);

    private sealed record Key(string Name, string OwnerId, string Prefix, DateTimeOffset CreatedAt);
}
