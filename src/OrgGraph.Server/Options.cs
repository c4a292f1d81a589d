using OrgGraph.Server.Authentication.Issuers;
using OrgGraph.Server.Mail;
using OrgGraph.Settings.Kernel;

namespace OrgGraph.Server;

/// <summary>Which page a browser gets at <c>GET /graphql</c>.</summary>
public enum IdeKind
{
    None,
    BananaCakePop,
}

/// <summary>Who may read the schema from the server.</summary>
public enum IntrospectionAudience
{
    Nobody,
    SignedIn,
    Everyone,
}

/// <summary>The section <c>OrgGraph</c> of the configuration. What is null has a default that depends on the environment.</summary>
public sealed class OrgGraphOptions
{
    public string? DataDirectory { get; set; }

    public DatabaseOptions Database { get; set; } = new();

    public bool? Demo { get; set; }

    public IdeKind? Ide { get; set; }

    public IntrospectionAudience? Introspection { get; set; }

    public AuthenticationOptions Authentication { get; set; } = new();

    public SecretsOptions Secrets { get; set; } = new();

    public MailOptions Mail { get; set; } = new();

    public string? PublicUrl { get; set; }

    public string? AllowedOrigins { get; set; }

    public string? AllowedHosts { get; set; }

    public bool RateLimiting { get; set; } = true;

    public SettingsLimits Limits { get; set; } = new();
}

/// <summary>Where the data is.</summary>
public sealed class DatabaseOptions
{
    public string Provider { get; set; } = "Sqlite";

    public string? ConnectionString { get; set; }

    public bool? MigrateOnStart { get; set; }
}

/// <summary>Whose tokens sign people in.</summary>
public sealed class AuthenticationOptions
{
    public List<IssuerOptions> Issuers { get; set; } = [];
}

/// <summary>Where the key ring is.</summary>
public sealed class SecretsOptions
{
    public string? KeyRing { get; set; }
}
