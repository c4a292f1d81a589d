using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Amazon;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using OrgGraph.Secrets;

namespace OrgGraph.Server.Keys;

/// <summary>
/// Data keys wrapped by AWS KMS, whose key-encryption keys nobody ever sees. Each is bound to the organization, secret and field by KMS's
/// encryption context, which AWS's own log shows for every use. What is under the ring's keys opens by those, so that `keys rotate` moves
/// all from the ring to KMS, from one key of KMS to another, and back. Credentials are found as in every AWS program.
/// </summary>
internal sealed partial class AwsKmsKeys : IKeyWrapper, IDisposable
{
    private const string Prefix = "aws-kms:";

    // Within what a query may take, with one more try.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Checked = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, AmazonKeyManagementServiceClient> _clients;
    private readonly SemaphoreSlim _calls = new(32);
    private readonly DataKeyCache _cache;
    private readonly KeyRing _ring;
    private readonly TimeProvider _clock;
    private volatile Answer? _answer;

    public AwsKmsKeys(AwsKmsOptions options, KeyRing ring, TimeProvider clock)
    {
        (_ring, _clock, _cache) = (ring, clock, new DataKeyCache(clock));
        Arn = string.IsNullOrEmpty(options.KeyArn) ? null : options.KeyArn;
        _clients = options.FormerKeyArns.Append(Arn).OfType<string>().Distinct().ToDictionary(arn => Prefix + arn, arn => ClientFor(arn, options.ServiceUrl));
    }

    /// <inheritdoc/>
    public string NewestKeyId => Arn is null ? _ring.NewestKeyId : Prefix + Arn;

    private string? Arn { get; }

    /// <summary>Refuses what is no key.</summary>
    /// <exception cref="StartRefusedException">The message says which setting, and what is wrong with it.</exception>
    public static void Check(AwsKmsOptions options)
    {
        // An alias can be made to mean another key, and then nothing opens that is under it.
        if (options.FormerKeyArns.Append(options.KeyArn).FirstOrDefault(arn => !string.IsNullOrEmpty(arn) && !KeyArn().IsMatch(arn)) is { } wrong)
        {
            throw new StartRefusedException($"OrgGraph__Secrets__AwsKms__KeyArn or ...__FormerKeyArns: '{wrong}' is no ARN of a key (arn:aws:kms:REGION:ACCOUNT:key/ID; not of an alias).");
        }

        if (!string.IsNullOrEmpty(options.ServiceUrl) && !(Uri.TryCreate(options.ServiceUrl, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))))
        {
            throw new StartRefusedException($"OrgGraph__Secrets__AwsKms__ServiceUrl={options.ServiceUrl} is no https address. Data keys pass there.");
        }
    }

    /// <inheritdoc/>
    public bool Holds(string keyId) => _clients.ContainsKey(keyId) || _ring.Holds(keyId);

    /// <inheritdoc/>
    public ValueTask<WrappedKey> WrapAsync(SecretContext context, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken) =>
        Arn is null ? _ring.WrapAsync(context, dataKey, cancellationToken) : new ValueTask<WrappedKey>(EncryptAsync(Arn, context, dataKey, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<byte[]> UnwrapAsync(SecretContext context, WrappedKey key, CancellationToken cancellationToken) =>
        _clients.ContainsKey(key.KeyId) ? new ValueTask<byte[]>(DecryptAsync(context, key, cancellationToken)) : _ring.UnwrapAsync(context, key, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Asks KMS at most every ten seconds: a round trip, as permissions and the state of the key show in no other way.</remarks>
    public async ValueTask<KeyRingHealth> CheckAsync(CancellationToken cancellationToken)
    {
        var ring = _ring.Check();
        if (!ring.IsUsable || Arn is null)
        {
            return ring;
        }

        if (_answer is { } known && _clock.GetElapsedTime(known.At) < Checked)
        {
            return known.Health;
        }

        var health = await RoundTripAsync(Arn, cancellationToken);
        _answer = new Answer(health, _clock.GetTimestamp());
        return health;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        _cache.Dispose();
        _calls.Dispose();
    }

    private static AmazonKeyManagementServiceClient ClientFor(string arn, string? serviceUrl)
    {
        var region = arn.Split(':')[3];
        var config = new AmazonKeyManagementServiceConfig { Timeout = Patience, MaxErrorRetry = 1, RetryMode = RequestRetryMode.Standard };
        if (string.IsNullOrEmpty(serviceUrl))
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        else
        {
            (config.ServiceURL, config.AuthenticationRegion) = (serviceUrl, region);
        }

        return new AmazonKeyManagementServiceClient(config);
    }

    private async Task<WrappedKey> EncryptAsync(string arn, SecretContext context, ReadOnlyMemory<byte> dataKey, CancellationToken cancellation)
    {
        if (dataKey.Length != SecretSealer.DataKeyBytes)
        {
            throw new ArgumentException("A data key has 32 bytes.", nameof(dataKey));
        }

        var copy = dataKey.ToArray();
        try
        {
            using var plain = new MemoryStream(copy);
            var answer = await CallAsync(arn, client => client.EncryptAsync(new EncryptRequest { KeyId = arn, Plaintext = plain, EncryptionContext = ContextOf(context) }, cancellation), cancellation);
            return new WrappedKey(Prefix + arn, answer.CiphertextBlob.ToArray());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    private async Task<byte[]> DecryptAsync(SecretContext context, WrappedKey key, CancellationToken cancellation)
    {
        if (_cache.Find(context, key) is { } known)
        {
            return known;
        }

        var arn = key.KeyId[Prefix.Length..];
        using var wrapped = new MemoryStream(key.Bytes);
        try
        {
            var answer = await CallAsync(arn, client => client.DecryptAsync(new DecryptRequest { KeyId = arn, CiphertextBlob = wrapped, EncryptionContext = ContextOf(context) }, cancellation), cancellation);
            var dataKey = TakeFrom(answer.Plaintext);
            _cache.Keep(context, key, dataKey);
            return dataKey;
        }
        catch (AmazonServiceException failure) when (IsOfCiphertext(failure))
        {
            throw new SecretUnreadableException(SecretUnreadableReason.Tampered, key.KeyId, context, failure);
        }
    }

    private async Task<T> CallAsync<T>(string arn, Func<AmazonKeyManagementServiceClient, Task<T>> call, CancellationToken cancellation)
    {
        await _calls.WaitAsync(cancellation);
        try
        {
            return await call(_clients[Prefix + arn]);
        }
        catch (AmazonServiceException refused) when (refused.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError && !IsOfCiphertext(refused))
        {
            throw new KeyRingException($"AWS KMS refuses the key {arn}: {refused.ErrorCode}. The key must be enabled, and the server's identity allowed kms:Encrypt and kms:Decrypt. ({refused.Message})", refused);
        }
        catch (Exception away) when (!IsOfCiphertext(away) && !cancellation.IsCancellationRequested)
        {
            throw new KeyRingException($"AWS KMS does not answer for the key {arn}, or there are no AWS credentials to ask it with. What is under it can be neither read nor saved until it does. ({away.Message})", away);
        }
        finally
        {
            _calls.Release();
        }
    }

    private async Task<KeyRingHealth> RoundTripAsync(string arn, CancellationToken cancellation)
    {
        var (context, canary) = (new SecretContext(Guid.Empty, Guid.Empty, "canary"), RandomNumberGenerator.GetBytes(SecretSealer.DataKeyBytes));
        try
        {
            var wrapped = await EncryptAsync(arn, context, canary, cancellation);
            var opened = await DecryptAsync(context, wrapped, cancellation);
            return opened.AsSpan().SequenceEqual(canary) ? new KeyRingHealth(true, null) : new KeyRingHealth(false, $"AWS KMS gave something else back than the key {arn} was given.");
        }
        catch (Exception failure) when (failure is KeyRingException or SecretUnreadableException)
        {
            return new KeyRingHealth(false, failure.Message);
        }
    }

    // Whoever waits for it gets another answer than when KMS is away: this will never open.
    private static bool IsOfCiphertext(Exception failure) => failure is InvalidCiphertextException or IncorrectKeyException;

    // No secrets: AWS writes them into its log in clear.
    private static Dictionary<string, string> ContextOf(SecretContext context) => new()
    {
        ["orggraph:organization"] = context.OrganizationId.ToString(),
        ["orggraph:secret"] = context.SecretId.ToString(),
        ["orggraph:field"] = context.Field,
    };

    private static byte[] TakeFrom(MemoryStream stream)
    {
        var taken = GC.AllocateUninitializedArray<byte>((int)stream.Length, pinned: true);
        stream.Position = 0;
        stream.ReadExactly(taken);
        if (stream.TryGetBuffer(out var buffer))
        {
            CryptographicOperations.ZeroMemory(buffer);
        }

        return taken;
    }

    private sealed record Answer(KeyRingHealth Health, long At);

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}\z")]
    private static partial Regex KeyArn();
}
