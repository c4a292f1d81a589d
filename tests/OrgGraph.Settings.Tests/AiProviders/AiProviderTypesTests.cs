using System.Text.Json;
using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

[Collection("AiProviders")]
public sealed class AiProviderTypesTests(SharedServer server) : TeamTest(server)
{
    private static readonly Dictionary<string, string?> Names = new()
    {
        ["openai"] = "OPENAI_API_KEY",
        ["anthropic"] = "ANTHROPIC_API_KEY",
        ["google"] = "GEMINI_API_KEY",
        ["mistral"] = "MISTRAL_API_KEY",
        ["together"] = "TOGETHER_API_KEY",
        ["fireworks"] = "FIREWORKS_API_KEY",
        ["perplexity"] = "PERPLEXITY_API_KEY",
        ["xAI"] = "XAI_API_KEY",
        ["groq"] = "GROQ_API_KEY",
        ["lepton"] = "LEPTON_API_KEY",
        ["cerebras"] = "CEREBRAS_API_KEY",
        ["replicate"] = "REPLICATE_API_KEY",
        ["baseten"] = "BASETEN_API_KEY",
        ["cohere"] = "COHERE_API_KEY",
        ["openrouter"] = "OPENROUTER_API_KEY",
        ["bedrock"] = "AWS_DEFAULT_CREDENTIALS",
        ["vertex"] = "GOOGLE_DEFAULT_CREDENTIALS",
        ["azure"] = "AZURE_DEFAULT_CREDENTIALS",
        ["azure_ai_gateway"] = "AZURE_AI_GATEWAY_API_KEY",
        ["databricks"] = "DATABRICKS_DEFAULT_CREDENTIALS",
        ["ollama"] = "OLLAMA_DEFAULT_CREDENTIALS",
        ["braintrust"] = null,
        ["js"] = null,
    };

    public static TheoryData<string> Types => [.. Names.Keys];

    [Fact]
    public async Task All_types_are_listed_to_anybody()
    {
        var types = (await App.Anonymous.QueryAsync("{ aiProviderTypes { type defaultName displayName secretLabel secretRequired settings { name description required default allowedValues isUrl isSecret } models } }")).GetProperty("aiProviderTypes");

        Assert.Equal(Names.OrderBy(pair => pair.Key, StringComparer.Ordinal), types.EnumerateArray().Select(type => KeyValuePair.Create(type.GetProperty("type").GetString()!, type.GetProperty("defaultName").GetString())).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        var bedrock = types.EnumerateArray().Single(type => type.GetProperty("type").GetString() == "bedrock");
        Assert.Equal(
            ["region required", "auth_type = iam_credentials of iam_credentials, api_key, assume_role", "access_key secret", "session_token secret", "role_arn", "external_id", "api_base url", "overrideModel", "overrideSystemPrompt"],
            bedrock.GetProperty("settings").EnumerateArray().Select(Line));
        Assert.Contains("gpt-4o", types[0].GetProperty("models").GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>What a form asks for is enough: whoever fills in what is required can save.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public async Task Provider_is_saved_when_what_its_type_requires_is_given(string name)
    {
        var kind = ProviderCatalog.Find(name)!;
        object[] settings =
        [
            .. kind.Settings.Where(spec => spec.IsRequired || spec.RequiredFor == (kind.AuthModes.Count > 0 ? kind.AuthModes[0].Name : ""))
                .Select(spec => new { name = spec.Name, value = spec.IsUrl ? "https://own.example" : "us-east-1" }),
        ];

        var made = await Owner.MutateAsync(
            "saveAiProvider", new { organizationId = Team.Id, type = name, name = kind.DefaultName is null ? "Own" : null, secret = kind.SecretRequired ? "secret" : null, settings }, "aiProvider { name type }");

        Assert.Empty(made.Errors);
        Assert.Equal((kind.DefaultName ?? "Own", name), (made.Text("aiProvider", "name"), made.Text("aiProvider", "type")));
    }

    [Fact]
    public void Every_type_says_how_to_sign_in_and_names_settings_once()
    {
        foreach (var kind in ProviderCatalog.Vendors)
        {
            var settings = kind.Settings.Select(spec => spec.Name).ToArray();
            Assert.Equal(settings.Length, settings.Distinct().Count());
            Assert.Equal(kind.Models.Count, kind.Models.Select(model => model.Name).Distinct().Count());
            if (kind.AuthModes.Count > 0)
            {
                var spec = kind.Setting(kind.AuthSetting)!;
                Assert.Equal(kind.AuthModes.Select(mode => mode.Name).Order(), spec.AllowedValues is { } allowed ? allowed.Order() : throw new InvalidOperationException(kind.Type));
                Assert.Equal(kind.AuthModes[0].Name, spec.Default);
            }
        }
    }

    [Fact]
    public async Task Secret_of_another_form_is_asked_for_when_the_way_to_sign_in_changes()
    {
        object[] before = [Setting("api_base", "https://own.example")];
        object[] after = [Setting("api_base", "https://own.example"), Setting("auth_type", "service_principal_oauth")];
        await SaveAsync(new { organizationId = Team.Id, type = "databricks", secret = "token", settings = before });

        Assert.Equal(["ValidationError input.secret"], (await SaveAsync(new { organizationId = Team.Id, type = "databricks", settings = after })).Errors);
        Assert.Equal(["ValidationError input.secret"], (await SaveAsync(new { organizationId = Team.Id, type = "databricks", settings = after, secret = "token" })).Errors);
        Assert.Equal(["ValidationError input.secret"], (await SaveAsync(new { organizationId = Team.Id, type = "databricks", settings = after, secret = "[]" })).Errors);
        Assert.Empty((await SaveAsync(new { organizationId = Team.Id, type = "databricks", settings = after, secret = """{ "client_id": "a", "client_secret": "b" }""" })).Errors);
        Assert.Equal(["ValidationError input.secret"], (await SaveAsync(new { organizationId = Team.Id, type = "databricks", settings = before })).Errors);
    }

    [Fact]
    public async Task No_secret_is_needed_when_another_vouches()
    {
        object[] settings = [Setting("region", "us-east-1"), Setting("auth_type", "assume_role"), Setting("role_arn", "arn:aws:iam::123456789012:role/r"), Setting("external_id", "x")];

        Assert.Empty((await SaveAsync(new { organizationId = Team.Id, type = "bedrock", settings })).Errors);
        Assert.Empty((await SaveAsync(new { organizationId = Team.Id, type = "openai", settings = new[] { Setting("auth_type", "workload_identity_federation") } })).Errors);
    }

    private Task<Payload> SaveAsync(object input) => Owner.MutateAsync("saveAiProvider", input);

    private static object Setting(string name, string value) => new { name, value };

    private static string Line(JsonElement setting) =>
        setting.GetProperty("name").GetString()
        + (setting.GetProperty("required").GetBoolean() ? " required" : "")
        + (setting.GetProperty("default").GetString() is { } value ? " = " + value : "")
        + (setting.GetProperty("allowedValues") is { ValueKind: JsonValueKind.Array } allowed ? " of " + string.Join(", ", allowed.EnumerateArray().Select(one => one.GetString())) : "")
        + (setting.GetProperty("isUrl").GetBoolean() ? " url" : "")
        + (setting.GetProperty("isSecret").GetBoolean() ? " secret" : "");
}
