namespace OrgGraph.Settings.AiProviders;

/// <summary>The models that vendors serve, by their own names. Others can be named in a provider's `models` or described as custom models.</summary>
internal static class ProviderModels
{
    public static readonly CatalogModel[] OpenAi =
    [
        .. Chat(
            "gpt-5.2", "gpt-5.1", "gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini", "chatgpt-4o-latest", "gpt-4-turbo", "gpt-4", "gpt-3.5-turbo",
            "o4-mini", "o3", "o3-mini", "o3-pro", "o1", "o1-mini", "o1-pro"),
        .. Completions("gpt-3.5-turbo-instruct"),
        .. Embeddings("text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"),
    ];

    public static readonly CatalogModel[] Azure =
    [
        .. Chat("gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini", "gpt-4", "gpt-35-turbo", "o4-mini", "o3", "o3-mini", "o1", "o1-mini"),
        .. Embeddings("text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"),
    ];

    public static readonly CatalogModel[] AzureAiGateway = Chat(
        "gpt-4.1", "gpt-4o", "gpt-4o-mini", "DeepSeek-V3", "DeepSeek-R1", "Llama-3.3-70B-Instruct", "Mistral-Large-2411", "Phi-4");

    public static readonly CatalogModel[] Anthropic = Chat(
        "claude-4.5-opus", "claude-4.5-sonnet", "claude-4.5-haiku", "claude-4.1-opus", "claude-4-opus", "claude-4-sonnet",
        "claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001",
        "claude-opus-4-1", "claude-opus-4-1-20250805", "claude-opus-4-0", "claude-opus-4-20250514", "claude-sonnet-4-0", "claude-sonnet-4-20250514",
        "claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219", "claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", "claude-3-5-haiku-latest", "claude-3-5-haiku-20241022",
        "claude-3-opus-latest", "claude-3-opus-20240229", "claude-3-haiku-20240307");

    public static readonly CatalogModel[] Google =
    [
        .. Chat(
            "gemini-3-pro-preview", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.0-flash", "gemini-2.0-flash-lite", "gemini-1.5-pro", "gemini-1.5-flash", "gemini-1.5-flash-8b"),
        .. Embeddings("gemini-embedding-001", "text-embedding-004"),
    ];

    public static readonly CatalogModel[] Vertex =
    [
        .. Chat(
            "publishers/google/models/gemini-2.5-pro", "publishers/google/models/gemini-2.5-flash", "publishers/google/models/gemini-2.0-flash", "publishers/anthropic/models/claude-sonnet-4-5",
            "publishers/anthropic/models/claude-opus-4-1", "publishers/anthropic/models/claude-haiku-4-5", "publishers/meta/models/llama-3.3-70b-instruct-maas"),
        .. Embeddings("publishers/google/models/text-embedding-005"),
    ];

    public static readonly CatalogModel[] Bedrock =
    [
        .. Chat(
            "anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-opus-4-1-20250805-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-3-5-sonnet-20241022-v2:0",
            "anthropic.claude-3-5-haiku-20241022-v1:0", "anthropic.claude-3-haiku-20240307-v1:0", "amazon.nova-pro-v1:0", "amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0",
            "meta.llama3-3-70b-instruct-v1:0", "mistral.mistral-large-2407-v1:0", "deepseek.r1-v1:0"),
        .. Embeddings("amazon.titan-embed-text-v2:0"),
    ];

    public static readonly CatalogModel[] Mistral =
    [
        .. Chat("mistral-large-latest", "mistral-medium-latest", "mistral-small-latest", "magistral-medium-latest", "codestral-latest", "pixtral-large-latest", "open-mistral-nemo", "ministral-8b-latest"),
        .. Embeddings("mistral-embed"),
    ];

    public static readonly CatalogModel[] Together =
    [
        .. Chat(
            "meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo", "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo", "deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-R1",
            "Qwen/Qwen2.5-72B-Instruct-Turbo", "mistralai/Mixtral-8x7B-Instruct-v0.1"),
        .. Embeddings("BAAI/bge-large-en-v1.5"),
    ];

    public static readonly CatalogModel[] Fireworks = Chat(
        "accounts/fireworks/models/llama-v3p3-70b-instruct", "accounts/fireworks/models/llama-v3p1-405b-instruct", "accounts/fireworks/models/llama-v3p1-8b-instruct",
        "accounts/fireworks/models/deepseek-v3", "accounts/fireworks/models/deepseek-r1", "accounts/fireworks/models/qwen2p5-72b-instruct");

    public static readonly CatalogModel[] Perplexity = Chat("sonar", "sonar-pro", "sonar-reasoning", "sonar-reasoning-pro", "sonar-deep-research");

    public static readonly CatalogModel[] XAi = Chat("grok-4", "grok-4-fast", "grok-3", "grok-3-mini", "grok-2-latest", "grok-2-vision-latest");

    public static readonly CatalogModel[] Groq = Chat(
        "llama-3.3-70b-versatile", "llama-3.1-8b-instant", "openai/gpt-oss-120b", "openai/gpt-oss-20b", "qwen/qwen3-32b", "moonshotai/kimi-k2-instruct", "gemma2-9b-it");

    public static readonly CatalogModel[] Lepton = Chat("llama3-3-70b", "llama3-1-405b", "llama3-1-70b", "llama3-1-8b", "mixtral-8x7b");

    public static readonly CatalogModel[] Cerebras = Chat("llama-3.3-70b", "llama3.1-8b", "gpt-oss-120b", "qwen-3-32b", "qwen-3-235b-a22b-instruct-2507");

    public static readonly CatalogModel[] Replicate = Chat("meta/meta-llama-3-70b-instruct", "meta/meta-llama-3-8b-instruct", "meta/meta-llama-3.1-405b-instruct");

    public static readonly CatalogModel[] Baseten = Chat("deepseek-ai/DeepSeek-V3-0324", "deepseek-ai/DeepSeek-R1-0528", "moonshotai/Kimi-K2-Instruct", "Qwen/Qwen3-235B-A22B-Instruct-2507");

    public static readonly CatalogModel[] Cohere =
    [
        .. Chat("command-a-03-2025", "command-r-plus-08-2024", "command-r-08-2024", "command-r7b-12-2024"),
        .. Embeddings("embed-v4.0", "embed-english-v3.0", "embed-multilingual-v3.0"),
    ];

    public static readonly CatalogModel[] OpenRouter = Chat(
        "openai/gpt-5", "openai/gpt-4.1", "openai/gpt-4o", "openai/gpt-4o-mini", "anthropic/claude-sonnet-4.5", "anthropic/claude-opus-4.1", "anthropic/claude-3.5-haiku", "google/gemini-2.5-pro",
        "google/gemini-2.5-flash", "meta-llama/llama-3.3-70b-instruct", "deepseek/deepseek-chat", "deepseek/deepseek-r1", "x-ai/grok-4");

    public static readonly CatalogModel[] Databricks =
    [
        .. Chat("databricks-claude-sonnet-4", "databricks-claude-opus-4", "databricks-meta-llama-3-3-70b-instruct", "databricks-meta-llama-3-1-405b-instruct", "databricks-gpt-oss-120b"),
        .. Embeddings("databricks-gte-large-en", "databricks-bge-large-en"),
    ];

    public static readonly CatalogModel[] Ollama = [.. Chat("llama3.3", "llama3.2", "llama3.1", "mistral", "phi4", "gemma3", "qwen3", "deepseek-r1"), .. Embeddings("nomic-embed-text")];

    private static CatalogModel[] Chat(params string[] names) => Array.ConvertAll(names, name => new CatalogModel(name));

    private static CatalogModel[] Completions(params string[] names) => Array.ConvertAll(names, name => new CatalogModel(name, ModelFlavor.Completion));

    private static CatalogModel[] Embeddings(params string[] names) => Array.ConvertAll(names, name => new CatalogModel(name, ModelFlavor.Embedding));
}
