using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Tests.Outbound;

namespace OrgGraph.Settings.Tests.Keys;

/// <summary>
/// AWS KMS on loopback: Encrypt and Decrypt of its JSON protocol, AES-GCM under a key of its own for each ARN, bound to the encryption
/// context as the real one binds it.
/// </summary>
internal sealed class PlayedKms : IAsyncDisposable
{
    public const string Arn = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    public const string Other = "arn:aws:kms:us-east-1:123456789012:key/mrk-0987dcba09fe87dc65baab0987654321";

    private readonly byte[] _root = RandomNumberGenerator.GetBytes(32);
    private readonly PlayingServer _server = PlayingServer.Start();

    static PlayedKms()
    {
        // Where every AWS program looks for them; nothing else here does.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIAPLAYED");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "played-secret-access-key-0123456789");
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
    }

    public PlayedKms() => Recover();

    public string Address => _server.Address;

    public IReadOnlyCollection<HeardRequest> Heard => _server.Heard;

    /// <summary>Answers as it should.</summary>
    public void Recover() => _server.Play = (stream, request, cancellation) => Answer(request)(stream, request, cancellation);

    /// <summary>Refuses everything.</summary>
    public void Refuse(int status, string type) => _server.Play = Answer(status, $$"""{"__type":"{{type}}","message":"Played."}""");

    /// <summary>Says nothing.</summary>
    public void Hang() => _server.Play = PlayingServer.HangAsync;

    /// <summary>Closes every connection.</summary>
    public void Drop() => _server.Play = (_, _, _) => Task.CompletedTask;

    public int Count(string operation) => Heard.Count(request => request.Header("X-Amz-Target") == "TrentService." + operation);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Func<Stream, HeardRequest, CancellationToken, Task> Answer(int status, string body) =>
        PlayingServer.Answer(status, body, "Content-Type: application/x-amz-json-1.1", "Connection: close");

    private Func<Stream, HeardRequest, CancellationToken, Task> Answer(HeardRequest request)
    {
        var asked = JsonDocument.Parse(request.Body).RootElement;
        var arn = asked.GetProperty("KeyId").GetString()!;
        var context = Encoding.UTF8.GetBytes(string.Join('\n', asked.GetProperty("EncryptionContext").EnumerateObject().Select(pair => $"{pair.Name}={pair.Value}").Order(StringComparer.Ordinal)));
        using var aes = new AesGcm(HMACSHA256.HashData(_root, Encoding.UTF8.GetBytes(arn)), 16);
        if (request.Header("X-Amz-Target") == "TrentService.Encrypt")
        {
            var (plain, nonce, tag) = (asked.GetProperty("Plaintext").GetBytesFromBase64(), RandomNumberGenerator.GetBytes(12), new byte[16]);
            var cipher = new byte[plain.Length];
            aes.Encrypt(nonce, plain, cipher, tag, context);
            return Answer(200, JsonSerializer.Serialize(new { KeyId = arn, CiphertextBlob = (byte[])[.. nonce, .. tag, .. cipher], EncryptionAlgorithm = "SYMMETRIC_DEFAULT" }));
        }

        var blob = asked.GetProperty("CiphertextBlob").GetBytesFromBase64();
        var opened = new byte[blob.Length - 28];
        try
        {
            aes.Decrypt(blob.AsSpan(0, 12), blob.AsSpan(28), blob.AsSpan(12, 16), opened, context);
            return Answer(200, JsonSerializer.Serialize(new { KeyId = arn, Plaintext = opened, EncryptionAlgorithm = "SYMMETRIC_DEFAULT" }));
        }
        catch (AuthenticationTagMismatchException)
        {
            return Answer(400, """{"__type":"InvalidCiphertextException"}""");
        }
    }
}
