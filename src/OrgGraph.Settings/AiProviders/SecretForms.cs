using System.Security.Cryptography;
using System.Text.Json;

namespace OrgGraph.Settings.AiProviders;

/// <summary>Secrets that are more than one line of text.</summary>
internal static class SecretForms
{
    /// <summary>Whether it is a JSON object with these texts in it. What is wrong is told without a word of the secret.</summary>
    public static ValidationError? CheckJson(string text, IReadOnlyList<string> fields)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                var missing = fields.FirstOrDefault(field => !(json.RootElement.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0));
                return missing is null ? null : new ValidationError($"The secret's JSON lacks {missing}. It needs {string.Join(", ", fields)}, each a text.", "secret");
            }
        }
        catch (JsonException)
        {
            // Its message may quote what it stumbled over.
        }

        return new ValidationError($"This way to sign in needs a JSON object with {string.Join(", ", fields)} as its secret.", "secret");
    }

    /// <summary>Whether the key of a service account can sign.</summary>
    public static ValidationError? CheckPrivateKey(string text)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(Field(text, "private_key"));
            return null;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return new ValidationError("The private_key in the secret's JSON is no RSA key in PEM form.", "secret");
        }
    }

    /// <summary>A field of a secret that was checked.</summary>
    public static string Field(string text, string field)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty(field).GetString()!;
    }
}
