using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>A disk and a clock that misbehave when told to, for the servers started with its environment (see faults.c).</summary>
internal sealed class FaultyMachine : IDisposable
{
    public const int NoSpace = 28;
    public const int InputOutput = 5;

    // Places in the shared state of faults.c.
    private const int WriteErrorAt = 0;
    private const int SyncErrorAt = 4;
    private const int SyncHeldAt = 8;
    private const int ClockOffsetAt = 16;
    private const int WritesFailedAt = 24;
    private const int SyncsFailedAt = 32;
    private const int SyncsBegunAt = 40;
    private const int StateSize = 48;

    private static readonly Lazy<string?> Library = new(Compile);

    private readonly string _own = Directory.CreateTempSubdirectory("orggraph-faults-").FullName;
    private readonly SafeFileHandle _state;

    /// <param name="folder">Whose files it keeps: full path.</param>
    /// <param name="isRecording">Whether it keeps a <see cref="DiskLog"/>.</param>
    public FaultyMachine(string folder, bool isRecording = false)
    {
        var state = Path.Combine(_own, "state");
        File.WriteAllBytes(state, new byte[StateSize]);
        _state = File.OpenHandle(state, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Environment = [("LD_PRELOAD", Library.Value!), ("ORGGRAPH_FAULTS_FOLDER", folder), ("ORGGRAPH_FAULTS_STATE", state), .. isRecording ? [("ORGGRAPH_FAULTS_LOG", Log)] : Array.Empty<(string, string)>()];
    }

    public (string Key, string Value)[] Environment { get; }

    public string Log => Path.Combine(_own, "log");

    /// <summary>The error of every write; 0: none.</summary>
    public int WriteError
    {
        set => Set(WriteErrorAt, BitConverter.GetBytes(value));
    }

    /// <summary>The error of every sync; 0: none.</summary>
    public int SyncError
    {
        set => Set(SyncErrorAt, BitConverter.GetBytes(value));
    }

    /// <summary>Syncs wait while this is true.</summary>
    public bool HoldsSyncs
    {
        set => Set(SyncHeldAt, BitConverter.GetBytes(value ? 1 : 0));
    }

    public TimeSpan ClockOffset
    {
        set => Set(ClockOffsetAt, BitConverter.GetBytes((long)value.TotalMilliseconds));
    }

    public long WritesFailed => Get(WritesFailedAt);

    public long SyncsFailed => Get(SyncsFailedAt);

    public long SyncsBegun => Get(SyncsBegunAt);

    public static void SkipUnlessPossible() => Skip.If(Library.Value is null, "Needs Linux and gcc: faults are injected by a preloaded library that the test compiles.");

    public void Dispose()
    {
        _state.Dispose();
        Directory.Delete(_own, recursive: true);
    }

    private static string? Compile()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var library = Path.Combine(AppContext.BaseDirectory, "faults.so");
        try
        {
            using var gcc = Process.Start("gcc", ["-shared", "-fPIC", "-O2", "-U_FORTIFY_SOURCE", "-o", library, Path.Combine(AppContext.BaseDirectory, "Crashes", "faults.c"), "-lpthread"]);
            gcc.WaitForExit();
            return gcc.ExitCode == 0 ? library : throw new InvalidOperationException("faults.c does not compile.");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private void Set(int place, byte[] value) => RandomAccess.Write(_state, value, place);

    private long Get(int place)
    {
        Span<byte> value = stackalloc byte[8];
        RandomAccess.Read(_state, value, place);
        return BitConverter.ToInt64(value);
    }
}
