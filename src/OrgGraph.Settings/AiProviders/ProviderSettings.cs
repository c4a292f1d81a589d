using System.Text.RegularExpressions;

namespace OrgGraph.Settings.AiProviders;

/// <summary>The settings that kinds of providers know.</summary>
internal static partial class ProviderSettings
{
    public static readonly AuthMode Federation = new("workload_identity_federation", AuthSecret.None) { Probe = ProbeAuth.NotFromHere };

    /// <summary>What every kind knows.</summary>
    public static readonly ProviderSettingSpec[] OfAll =
    [
        new("overrideModel", "Requests go to this model, whichever they ask for."),
        new("overrideSystemPrompt", "Stands before the system message when the model is overridden."),
    ];

    public static readonly ProviderSettingSpec[] OpenAi =
    [
        AuthType("api_key", "oauth_bearer", "workload_identity_federation"),
        new("auth_source", "Where the token comes from, when it is not the secret."),
        new("auth_format", "In which header the key is sent.") { AllowedValues = ["bearer", "api_key"], Default = "bearer" },
        new("organization_id", "The OpenAI organization that is charged.") { Pattern = Word() },
        new("endpoint_path", "The path of the endpoint, after the address.") { Pattern = Path() },
    ];

    public static readonly ProviderSettingSpec[] Anthropic =
    [
        AuthType("api_key", "oauth_bearer", "workload_identity_federation"),
        new("auth_source", "Where the token comes from, when it is not the secret."),
    ];

    public static readonly ProviderSettingSpec[] Azure =
    [
        OwnBase("the resource, such as https://name.openai.azure.com"),
        new("api_version", "The version of the API.") { Default = "2023-07-01-preview", Pattern = Word() },
        new("deployment", "The deployment, when it is not called like the model.") { Pattern = Word() },
        AuthType("api_key", "entra_api", "entra_oidc", "entra_bearer"),
        new("no_named_deployment", "Whether the address already leads to one deployment.") { AllowedValues = ["true", "false"], Default = "false" },
    ];

    public static readonly ProviderSettingSpec[] Bedrock =
    [
        new("region", "The AWS region, such as us-east-1.") { IsRequired = true, Pattern = Region() },
        AuthType("iam_credentials", "api_key", "assume_role"),
        new("access_key", "The access key id that goes with the secret access key.") { RequiredFor = "iam_credentials", IsSecret = true, Pattern = Token() },
        new("session_token", "The session token of temporary credentials.") { IsSecret = true, Pattern = Token() },
        new("role_arn", "The role to assume.") { RequiredFor = "assume_role", Pattern = Arn() },
        new("external_id", "What the role's trust policy asks for.") { RequiredFor = "assume_role" },
        ApiBase("Bedrock's"),
    ];

    public static readonly ProviderSettingSpec[] Vertex =
    [
        new("project", "The Google Cloud project.") { IsRequired = true, Pattern = Word() },
        new("location", "The location, such as us-central1.") { Default = "us-central1", Pattern = Region() },
        new("authType", "How to sign in.") { AllowedValues = ["access_token", "oauth_bearer", "service_account_key", "workload_identity_federation"], Default = "access_token" },
        ApiBase("Vertex AI's"),
        new("connection_id", "The connection by which another identity is trusted."),
        new("scopes", "The OAuth scopes, separated by blanks."),
        new("workload_identity_provider", "The workload identity provider's full name.") { Pattern = ResourceName() },
    ];

    /// <summary>An address instead of the vendor's.</summary>
    public static ProviderSettingSpec ApiBase(string whose) => new("api_base", $"The address of the API, instead of {whose} own.") { IsUrl = true };

    /// <summary>An address that only the customer knows.</summary>
    public static ProviderSettingSpec OwnBase(string what) => new("api_base", $"The address of {what}.") { IsUrl = true, IsRequired = true };

    public static ProviderSettingSpec AuthType(params string[] modes) => new("auth_type", "How to sign in.") { AllowedValues = modes, Default = modes[0] };

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\z")]
    private static partial Regex Word();

    // It becomes a part of a host name.
    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Region();

    [GeneratedRegex(@"\A/(?!/)[A-Za-z0-9._~/{}-]{0,255}\z")]
    private static partial Regex Path();

    [GeneratedRegex(@"\A[!-~]{1,4096}\z")]
    private static partial Regex Token();

    [GeneratedRegex(@"\Aarn:[A-Za-z0-9:/_+=,.@-]{1,2000}\z")]
    private static partial Regex Arn();

    [GeneratedRegex(@"\A[A-Za-z0-9./_-]{1,512}\z")]
    private static partial Regex ResourceName();
}
