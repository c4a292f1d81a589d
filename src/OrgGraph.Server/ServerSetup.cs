using OrgGraph.Secrets;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Server;

/// <summary>What start-up works out of the configuration, checked before anything is touched.</summary>
public sealed class ServerSetup
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    private ServerSetup(OrgGraphOptions options, IHostEnvironment environment, string dataDirectory)
    {
        Options = options;
        IsDevelopment = environment.IsDevelopment();
        DataDirectory = dataDirectory;
        KeyRingDirectory = options.Secrets.KeyRing ?? Path.Combine(dataDirectory, "keys");
        ConnectionString = options.Database.ConnectionString ?? $"Data Source={Path.Combine(dataDirectory, "orggraph.db")}";
    }

    public OrgGraphOptions Options { get; }

    public bool IsDevelopment { get; }

    public string DataDirectory { get; }

    public string KeyRingDirectory { get; }

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
        var setup = new ServerSetup(options, environment, directory);
        if (options.Database.Provider != "Sqlite")
        {
            throw new StartRefusedException($"OrgGraph__Database__Provider={options.Database.Provider} is not supported by this release: set Sqlite.");
        }

        if (forServing)
        {
            setup.CheckServing();
        }

        return setup;
    }

    private static OrgGraphOptions ReadOptions(IConfiguration configuration, IHostEnvironment environment)
    {
        try
        {
            var options = configuration.GetSection("OrgGraph").Get<OrgGraphOptions>() ?? new OrgGraphOptions();
            IssuerOptions.Check(options.Authentication.Issuers, environment.IsDevelopment());
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

    /// <summary>Opens the key ring. Only Development makes one by itself: elsewhere a ring that appears out of nothing hides that the real one is missing.</summary>
    public KeyRing OpenKeyRing()
    {
        try
        {
            if (!Directory.Exists(KeyRingDirectory) && IsDevelopment)
            {
                return CreateOrOpen();
            }

            return KeyRing.Open(KeyRingDirectory);
        }
        catch (KeyRingException e)
        {
            throw new StartRefusedException($"{e.Message} The command `keys create` makes a new ring; OrgGraph__Secrets__KeyRing says where it is.");
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

    private KeyRing CreateOrOpen()
    {
        try
        {
            return KeyRing.Create(KeyRingDirectory);
        }
        catch (KeyRingException)
        {
            // Another process on this data folder was faster.
            return KeyRing.Open(KeyRingDirectory);
        }
    }

    private void CheckServing()
    {
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

        if (!Directory.Exists(KeyRingDirectory))
        {
            throw new StartRefusedException($"There is no key ring at {KeyRingDirectory}: make one with `keys create`, or set OrgGraph__Secrets__KeyRing.");
        }
    }
}

/// <summary>The server does not start; the message tells an operator what to set.</summary>
public sealed class StartRefusedException(string message) : Exception(message);
