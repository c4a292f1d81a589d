using OrgGraph.Server.Authentication.Issuers;
using OrgGraph.Server.Database;
using OrgGraph.Server.Keys;
using OrgGraph.Server.Outbound;
using OrgGraph.Server.Telemetry;

namespace OrgGraph.Server;

/// <summary>What start-up works out of the configuration, checked before anything is touched.</summary>
public sealed class ServerSetup
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    // Shorter ones can be guessed by whoever may try for long.
    private const int ShortestMetricsToken = 16;

    private ServerSetup(OrgGraphOptions options, IHostEnvironment environment, string dataDirectory, KeyRingSource keyRing, bool hasCollector)
    {
        Options = options;
        HasCollector = hasCollector;
        IsDevelopment = environment.IsDevelopment();
        KnownProxies = Server.KnownProxies.Parse(options.Proxy.KnownNetworks);
        AllowedNetworks = AddressRules.Parse(options.Outbound.AllowedNetworks ?? (IsDevelopment ? "127.0.0.0/8, ::1/128" : ""));
        DataDirectory = dataDirectory;
        KeyRing = keyRing;
        ConnectionString = DatabaseProviders.ConnectionString(options.Database, dataDirectory);
    }

    public OrgGraphOptions Options { get; }

    public bool IsDevelopment { get; }

    /// <summary>Whose word on the client's address counts.</summary>
    public IReadOnlyList<System.Net.IPNetwork> KnownProxies { get; }

    /// <summary>Whether metrics and traces are sent to an OpenTelemetry collector.</summary>
    public bool HasCollector { get; }

    /// <summary>Private networks that may be reached on a tenant's word.</summary>
    public IReadOnlyList<System.Net.IPNetwork> AllowedNetworks { get; }

    public string DataDirectory { get; }

    /// <summary>Where the key ring is.</summary>
    internal KeyRingSource KeyRing { get; }

    public string ConnectionString { get; }

    public bool IsDemo => Options.Demo ?? IsDevelopment;

    public bool MigratesOnStart => Options.Database.MigrateOnStart ?? IsDevelopment;

    public IdeKind Ide => Options.Ide ?? (IsDevelopment ? IdeKind.BananaCakePop : IdeKind.None);

    public IntrospectionAudience Introspection => Options.Introspection ?? (IsDevelopment ? IntrospectionAudience.Everyone : IntrospectionAudience.SignedIn);

    /// <summary>Whether somebody may read the schema from the server, as text or by introspection.</summary>
    public bool MayIntrospect(bool isSignedIn) =>
        Introspection == IntrospectionAudience.Everyone || (Introspection == IntrospectionAudience.SignedIn && isSignedIn);

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="StartRefusedException">Something must be set first; the message says what.</exception>
    public static ServerSetup Read(IConfiguration configuration, IHostEnvironment environment, bool forServing)
    {
        var options = ReadOptions(configuration, environment);
        var directory = Path.GetFullPath(options.DataDirectory ?? "data", environment.ContentRootPath);
        AwsKmsKeys.Check(options.Secrets.AwsKms);
        var setup = new ServerSetup(options, environment, directory, KeyRingSource.Read(options.Secrets.KeyRing, directory), ReadCollector(configuration[TelemetryServices.Collector]));
        if (forServing)
        {
            setup.CheckServing();
        }

        return setup;
    }

    private static bool ReadCollector(string? address) => !string.IsNullOrEmpty(address) && (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? true
        : throw new StartRefusedException($"{TelemetryServices.Collector}={address} is no http(s) address of a collector."));

    private static OrgGraphOptions ReadOptions(IConfiguration configuration, IHostEnvironment environment)
    {
        try
        {
            var options = configuration.GetSection("OrgGraph").Get<OrgGraphOptions>() ?? new OrgGraphOptions();
            IssuerOptions.Check(options.Authentication.Issuers, environment.IsDevelopment());
            options.AiProviders.Check();
            options.Slack.Check();
            return options;
        }
        catch (InvalidOperationException e)
        {
            // A value that is none of its kind, or an issuer that cannot be one: the message names the key.
            throw new StartRefusedException(e.Message);
        }
    }

    /// <summary>Makes the data folder, readable for its owner only.</summary>
    public void MakeDataDirectory()
    {
        try
        {
            if (!Directory.Exists(DataDirectory))
            {
                MakeOwnersOnly(DataDirectory);
            }

            var probe = Path.Combine(DataDirectory, ".writable");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The data folder {DataDirectory} cannot be written: {e.Message} Set OrgGraph__DataDirectory to a folder that can.");
        }

        if (!OperatingSystem.IsWindows() && !IsDevelopment && (File.GetUnixFileMode(DataDirectory) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            throw new StartRefusedException($"The data folder {DataDirectory} is open to others: chmod 700 it.");
        }
    }

    private static void MakeOwnersOnly(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void CheckServing()
    {
        if (Options.Metrics.Token is { Length: > 0 and < ShortestMetricsToken })
        {
            throw new StartRefusedException($"OrgGraph__Metrics__Token is too short to keep anybody out: use at least {ShortestMetricsToken} characters.");
        }

        if (IsDevelopment)
        {
            return;
        }

        if (IsDemo)
        {
            throw new StartRefusedException("Demo sign-in lets anybody in: outside Development OrgGraph__Demo must be false.");
        }

        if (Options.Authentication.Issuers.Count == 0)
        {
            throw new StartRefusedException("Nobody could sign in: set OrgGraph__Authentication__Issuers__0__Authority and OrgGraph__Authentication__Issuers__0__Audience.");
        }

        if (Options.PublicUrl is not { } url || !Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme != Uri.UriSchemeHttps)
        {
            throw new StartRefusedException("Links in mails would lead nowhere: set OrgGraph__PublicUrl to the server's https address.");
        }

        if (KeyRing.Folder is { } folder && !Directory.Exists(folder))
        {
            throw new StartRefusedException($"There is no key ring at {folder}: make one with `keys create`, or set OrgGraph__Secrets__KeyRing.");
        }
    }
}

/// <summary>The server does not start; the message tells an operator what to set.</summary>
public sealed class StartRefusedException(string message) : Exception(message);
