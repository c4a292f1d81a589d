namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>
/// The keys of one issuer, kept for an hour and shared by all callers. Our own, because the package's ConfigurationManager
/// keeps the last good keys for ever, sets no floor of a minute under fetches for unknown ids, does not say that it has no
/// keys, and lets nobody wait for a refresh that is due. Ages are monotonic: a clock that is set changes none of them.
/// </summary>
internal sealed class IssuerKeys(IssuerDocuments documents, string authority, TimeProvider time, ILogger logger)
{
    // A little ahead of the hour, so that under traffic nobody waits for the hourly refresh.
    private static readonly TimeSpan RefreshAhead = TimeSpan.FromMinutes(55);
    private static readonly TimeSpan RefreshAtLatest = TimeSpan.FromHours(1);
    private static readonly TimeSpan LastGoodFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenFetchesWithoutKeys = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private IssuerKeySet? _keys;
    private long _fetchedAt;
    private long? _attemptedAt;
    private long? _unknownKeyAt;
    private bool _lastAttemptFailed;
    private Task? _flight;
    private bool _flightIsOverdue;

    public async ValueTask<KeyAnswer> FindAsync(string? keyId, string algorithm, CancellationToken cancellation)
    {
        Task? flight;
        lock (_gate)
        {
            flight = FlightToAwait(keyId);
            if (flight is null)
            {
                return Answer(keyId, algorithm);
            }
        }

        // The fetch belongs to all callers: one that gives up leaves it flying.
        await flight.WaitAsync(cancellation);
        lock (_gate)
        {
            return Answer(keyId, algorithm);
        }
    }

    private KeyAnswer Answer(string? keyId, string algorithm)
    {
        if (UsableKeys() is not { } keys)
        {
            return KeyAnswer.Unavailable;
        }

        if (keys.Knows(keyId))
        {
            return new KeyAnswer(true, keys.Find(keyId, algorithm));
        }

        // A first fetch for an unknown id is that id's fetch of the minute.
        _unknownKeyAt ??= _attemptedAt;

        // The id may be that of a new key which we could not see: that is no reason to call the token bad.
        return _lastAttemptFailed ? KeyAnswer.Unavailable : KeyAnswer.NotFound;
    }

    /// <summary>The fetch without which this caller cannot be answered, or null.</summary>
    private Task? FlightToAwait(string? keyId)
    {
        if (UsableKeys() is not { } keys)
        {
            return _flight ?? (HasPassed(BetweenFetchesWithoutKeys, _attemptedAt) ? Start() : null);
        }

        if (!keys.Knows(keyId))
        {
            if (_flight is null && HasPassed(BetweenFetches, _unknownKeyAt))
            {
                _unknownKeyAt = time.GetTimestamp();
                Start();
            }

            return _flight;
        }

        if (_flight is null && HasPassed(RefreshAhead, _fetchedAt) && HasPassed(BetweenFetches, _attemptedAt))
        {
            Start();
        }

        // Nobody asked for an hour: a key removed since must not count once more. While the issuer is known to be down, nobody waits.
        return _flightIsOverdue ? _flight : null;
    }

    private Task Start()
    {
        _flightIsOverdue = HasPassed(RefreshAtLatest, _attemptedAt);
        _attemptedAt = time.GetTimestamp();
        return _flight = Task.Run(FetchAsync);
    }

    private async Task FetchAsync()
    {
        var startedAt = time.GetTimestamp();
        IssuerKeySet? fetched = null;
        try
        {
            fetched = await documents.FetchKeysAsync(authority, CancellationToken.None);
        }
        catch (Exception problem)
        {
            logger.LogWarning("The keys of issuer {Authority} could not be fetched: {Problem}", authority, (problem.InnerException ?? problem).Message);
        }

        lock (_gate)
        {
            _flight = null;
            _attemptedAt = time.GetTimestamp();
            _lastAttemptFailed = fetched is null;
            if (fetched is not null)
            {
                _keys = fetched;
                _fetchedAt = startedAt;
            }
        }
    }

    private IssuerKeySet? UsableKeys() => _keys is not null && time.GetElapsedTime(_fetchedAt) <= LastGoodFor ? _keys : null;

    private bool HasPassed(TimeSpan span, long? since) => since is not { } then || time.GetElapsedTime(then) >= span;
}
