using OrgGraph.Server.Authentication.Issuers;
using OrgGraph.Server.BackPlane;
using OrgGraph.Server.Mail;
using OrgGraph.Server.Outbound;
using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Slack;

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

    public BackPlaneOptions BackPlane { get; set; } = new();

    public bool? Demo { get; set; }

    public IdeKind? Ide { get; set; }

    public IntrospectionAudience? Introspection { get; set; }

    public AuthenticationOptions Authentication { get; set; } = new();

    public SecretsOptions Secrets { get; set; } = new();

    public MailOptions Mail { get; set; } = new();

    public EventsOptions Events { get; set; } = new();

    public AuditOptions Audit { get; set; } = new();
    public MetricsOptions Metrics { get; set; } = new();

    public string? PublicUrl { get; set; }

    public string? AllowedOrigins { get; set; }

    public string? AllowedHosts { get; set; }

    public ProxyOptions Proxy { get; set; } = new();

    public OutboundOptions Outbound { get; set; } = new();

    public AiProviderOptions AiProviders { get; set; } = new();

    public SlackOptions Slack { get; set; } = new();

    /// <summary>False for load tests only.</summary>
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

/// <summary>What stands in front of the server.</summary>
public sealed class ProxyOptions
{
    /// <summary>Networks in CIDR notation, separated by commas, whose <c>X-Forwarded-For</c> counts. Without them a proxy's address is its clients'.</summary>
    public string? KnownNetworks { get; set; }
}

/// <summary>Who may read <c>/metrics</c>.</summary>
public sealed class MetricsOptions
{
    /// <summary>A bearer that opens it from anywhere, and without which it is closed; null: programs of this machine may.</summary>
    public string? Token { get; set; }
}

/// <summary>Whose tokens sign people in.</summary>
public sealed class AuthenticationOptions
{
    public List<IssuerOptions> Issuers { get; set; } = [];
}

/// <summary>The keys of stored secrets.</summary>
public sealed class SecretsOptions
{
    /// <summary>The key ring: a folder's path, or a section of keys. See <see cref="Keys.KeyRingSource"/>.</summary>
    public IConfigurationSection? KeyRing { get; set; }

    public AwsKmsOptions AwsKms { get; set; } = new();
}

/// <summary>A key-encryption key that AWS keeps.</summary>
public sealed class AwsKmsOptions
{
    /// <summary>The ARN of the key under which data keys are wrapped; null: they are under the ring's own.</summary>
    public string? KeyArn { get; set; }

    /// <summary>The ARNs of keys under which there may be some still.</summary>
    public List<string> FormerKeyArns { get; set; } = [];

    /// <summary>Where AWS KMS is found; null: at the public address of each key's region.</summary>
    public string? ServiceUrl { get; set; }
}
