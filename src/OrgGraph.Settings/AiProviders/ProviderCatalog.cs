namespace OrgGraph.Settings.AiProviders;

/// <summary>All kinds of AI providers.</summary>
internal static class ProviderCatalog
{
    /// <summary>The kind whose address and models are described by who adds it.</summary>
    public const string CustomType = "custom";

    private static readonly (string Name, string Value)[] AnthropicVersion = [("anthropic-version", "2023-06-01")];

    /// <summary>The vendors' kinds, by name of the vendor.</summary>
    public static IReadOnlyList<ProviderType> Vendors { get; } =
    [
        new("openai", "OpenAI", "OPENAI_API_KEY", "API key")
        {
            Settings = [ProviderSettings.ApiBase("OpenAI's"), .. ProviderSettings.OpenAi, .. ProviderSettings.OfAll],
            AuthModes = [new("api_key", AuthSecret.Key), new("oauth_bearer", AuthSecret.Key), ProviderSettings.Federation],
            Models = ProviderModels.OpenAi,
            Probe = new("https://api.openai.com/v1", "/models") { ModelPath = "/models/{model}" },
        },
        new("anthropic", "Anthropic", "ANTHROPIC_API_KEY", "API key")
        {
            Settings = [.. ProviderSettings.Anthropic, .. ProviderSettings.OfAll],
            AuthModes = [new("api_key", AuthSecret.Key), new("oauth_bearer", AuthSecret.Key) { Probe = ProbeAuth.Bearer }, ProviderSettings.Federation],
            Models = ProviderModels.Anthropic,
            Probe = new("https://api.anthropic.com/v1", "/models", ProbeAuth.XApiKey) { ModelPath = "/models/{model}", Headers = AnthropicVersion },
        },
        new("google", "Gemini", "GEMINI_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Google,
            Probe = new("https://generativelanguage.googleapis.com/v1beta", "/models", ProbeAuth.GoogApiKey) { ModelPath = "/models/{model}" },
        },
        new("mistral", "Mistral", "MISTRAL_API_KEY", "API key")
        {
            SecretRequired = false,
            Settings = [ProviderSettings.ApiBase("Mistral's"), .. ProviderSettings.OfAll],
            Models = ProviderModels.Mistral,
            Probe = new("https://api.mistral.ai/v1", "/models") { ModelPath = "/models/{model}" },
        },
        new("together", "Together.ai", "TOGETHER_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Together,
            Probe = new("https://api.together.xyz/v1", "/models"),
        },
        new("fireworks", "Fireworks", "FIREWORKS_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Fireworks,
            Probe = new("https://api.fireworks.ai/inference/v1", "/models"),
        },
        new("perplexity", "Perplexity", "PERPLEXITY_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Perplexity,
            Probe = new("https://api.perplexity.ai", "/async/chat/completions"),
        },
        new("xAI", "xAI", "XAI_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.XAi,
            Probe = new("https://api.x.ai/v1", "/models") { ModelPath = "/models/{model}" },
        },
        new("groq", "Groq", "GROQ_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Groq,
            Probe = new("https://api.groq.com/openai/v1", "/models") { ModelPath = "/models/{model}" },
        },
        new("lepton", "Lepton", "LEPTON_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Lepton,
            Probe = new("https://llama3-1-8b.lepton.run/api/v1", "/models"),
        },
        new("cerebras", "Cerebras", "CEREBRAS_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Cerebras,
            Probe = new("https://api.cerebras.ai/v1", "/models") { ModelPath = "/models/{model}" },
        },
        new("replicate", "Replicate", "REPLICATE_API_KEY", "API token")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Replicate,
            Probe = new("https://api.replicate.com/v1", "/account"),
        },
        new("baseten", "Baseten", "BASETEN_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.Baseten,
            Probe = new("https://inference.baseten.co/v1", "/models"),
        },
        new("cohere", "Cohere", "COHERE_API_KEY", "API key")
        {
            SecretRequired = false,
            Settings = [ProviderSettings.ApiBase("Cohere's"), .. ProviderSettings.OfAll],
            Models = ProviderModels.Cohere,
            Probe = new("https://api.cohere.com/v1", "/models") { ModelPath = "/models/{model}" },
        },
        new("openrouter", "OpenRouter", "OPENROUTER_API_KEY", "API key")
        {
            Settings = ProviderSettings.OfAll,
            Models = ProviderModels.OpenRouter,
            // Its list of models is open to everybody: it would accept any key.
            Probe = new("https://openrouter.ai/api/v1", "/key"),
        },
        new("bedrock", "AWS Bedrock", "AWS_DEFAULT_CREDENTIALS", "Secret access key")
        {
            Settings = [.. ProviderSettings.Bedrock, .. ProviderSettings.OfAll],
            AuthModes =
            [
                new("iam_credentials", AuthSecret.Key) { Probe = ProbeAuth.AwsSignature }, new("api_key", AuthSecret.Key),
                new("assume_role", AuthSecret.None) { Probe = ProbeAuth.NotFromHere },
            ],
            Models = ProviderModels.Bedrock,
            Probe = new("https://bedrock.{region}.amazonaws.com", "/foundation-models") { ModelPath = "/foundation-models/{model}" },
        },
        new("vertex", "Google Vertex AI", "GOOGLE_DEFAULT_CREDENTIALS", "Access token or service account key")
        {
            AuthSetting = "authType",
            Settings = [.. ProviderSettings.Vertex, .. ProviderSettings.OfAll],
            AuthModes =
            [
                new("access_token", AuthSecret.Key), new("oauth_bearer", AuthSecret.Key),
                new("service_account_key", AuthSecret.Json, "client_email", "private_key") { Probe = ProbeAuth.ServiceAccountToken }, ProviderSettings.Federation,
            ],
            Models = ProviderModels.Vertex,
            Probe = new("https://{location}-aiplatform.googleapis.com", "/v1/projects/{project}/locations/{location}/endpoints"),
        },
        new("azure", "Azure OpenAI", "AZURE_DEFAULT_CREDENTIALS", "API key")
        {
            Settings = [.. ProviderSettings.Azure, .. ProviderSettings.OfAll],
            AuthModes =
            [
                new("api_key", AuthSecret.Key), new("entra_api", AuthSecret.Json, "client_id", "client_secret", "tenant_id", "scope") { Probe = ProbeAuth.EntraToken },
                new("entra_oidc", AuthSecret.Json, "client_id", "connection_id", "scope", "tenant_id") { Probe = ProbeAuth.NotFromHere },
                new("entra_bearer", AuthSecret.Key) { Probe = ProbeAuth.Bearer },
            ],
            Models = ProviderModels.Azure,
            Probe = new(null, "/openai/models?api-version={api_version}", ProbeAuth.ApiKey),
        },
        new("azure_ai_gateway", "Azure AI Gateway", "AZURE_AI_GATEWAY_API_KEY", "API key")
        {
            Settings = [ProviderSettings.OwnBase("the gateway"), ProviderSettings.AuthType("api_key"), .. ProviderSettings.OfAll],
            AuthModes = [new("api_key", AuthSecret.Key)],
            Models = ProviderModels.AzureAiGateway,
            Probe = new(null, "/models", ProbeAuth.ApiKey),
        },
        new("databricks", "Databricks", "DATABRICKS_DEFAULT_CREDENTIALS", "Access token")
        {
            Settings = [ProviderSettings.OwnBase("the workspace"), ProviderSettings.AuthType("pat", "service_principal_oauth"), .. ProviderSettings.OfAll],
            AuthModes = [new("pat", AuthSecret.Key), new("service_principal_oauth", AuthSecret.Json, "client_id", "client_secret") { Probe = ProbeAuth.WorkspaceToken }],
            Models = ProviderModels.Databricks,
            Probe = new(null, "/api/2.0/serving-endpoints"),
        },
        new("ollama", "Ollama", "OLLAMA_DEFAULT_CREDENTIALS", "API key")
        {
            SecretRequired = false,
            Settings = [ProviderSettings.ApiBase("this machine's") with { Default = "http://127.0.0.1:11434" }, .. ProviderSettings.OfAll],
            Models = ProviderModels.Ollama,
            Probe = new("http://127.0.0.1:11434", "/api/tags"),
        },
        new("braintrust", "Braintrust", null, "API key")
        {
            SecretRequired = false,
            Settings = [ProviderSettings.ApiBase("Braintrust's"), .. ProviderSettings.OfAll],
            Probe = new("https://api.braintrust.dev/v1/proxy", "/models"),
        },
        new("js", "JavaScript", null, "Secret") { SecretRequired = false, Settings = ProviderSettings.OfAll },
    ];

    /// <summary>The kind whose address and models are described by who adds it.</summary>
    public static ProviderType Custom { get; } = new(CustomType, "Custom", null, "API key")
    {
        SecretRequired = false,
        Settings = ProviderSettings.OfAll,
        Probe = new(null, "/models"),
    };

    private static readonly Dictionary<string, ProviderType> ByType = Vendors.Append(Custom).ToDictionary(type => type.Type, StringComparer.Ordinal);

    private static readonly ILookup<string, ProviderType> ByModel =
        Vendors.SelectMany(type => type.Models.Select(model => (model.Name, type))).ToLookup(pair => pair.Name, pair => pair.type, StringComparer.Ordinal);

    /// <summary>The kind of that name, exactly; null: there is none.</summary>
    public static ProviderType? Find(string type) => ByType.GetValueOrDefault(type);

    /// <summary>The vendors that serve a model without being told.</summary>
    public static IEnumerable<ProviderType> Serving(string model) => ByModel[model];
}
