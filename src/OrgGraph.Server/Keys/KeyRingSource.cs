using OrgGraph.Secrets;

namespace OrgGraph.Server.Keys;

/// <summary>
/// Where the key ring comes from. <c>OrgGraph__Secrets__KeyRing</c> names a folder; <c>OrgGraph__Secrets__KeyRing__KEK_1</c> and
/// <c>OrgGraph__Secrets__KeyRing__PEPPER_1</c> are keys themselves, as a container gets them that has no folder to keep.
/// </summary>
/// <param name="Folder">The folder; null: the keys are given.</param>
internal sealed record KeyRingSource(string? Folder, IReadOnlyDictionary<string, string> Values)
{
    private const string Key = "OrgGraph__Secrets__KeyRing";

    /// <summary>Reads it; nothing is opened.</summary>
    /// <exception cref="StartRefusedException">Both are given.</exception>
    public static KeyRingSource Read(IConfigurationSection? section, string dataDirectory)
    {
        var values = (section?.GetChildren() ?? []).Where(child => !string.IsNullOrEmpty(child.Value)).ToDictionary(child => child.Key, child => child.Value!);
        if (values.Count == 0)
        {
            return new KeyRingSource(section?.Value is { Length: > 0 } folder ? Path.GetFullPath(folder) : Path.Combine(dataDirectory, "keys"), values);
        }

        return string.IsNullOrEmpty(section!.Value)
            ? new KeyRingSource(null, values)
            : throw new StartRefusedException($"{Key} names a folder, and {Key}__{values.Keys.First()} is a key beside it: which ring is meant? Give one of them.");
    }

    /// <summary>Opens the ring. Only Development makes one by itself: elsewhere a ring that appears out of nothing hides that the real one is missing.</summary>
    /// <exception cref="StartRefusedException">It is unusable; the message says what to do.</exception>
    public KeyRing Open(bool mayCreate)
    {
        if (Folder is not { } folder)
        {
            return Refusing(() => KeyRing.FromValues(Values), $"Keys are given as {Key}__KEK_1 and {Key}__PEPPER_1.");
        }

        return Refusing(() => !Directory.Exists(folder) && mayCreate ? CreateOrOpen(folder) : KeyRing.Open(folder), $"The command `keys create` makes a new ring; {Key} says where it is.");
    }

    /// <summary>Makes a new ring.</summary>
    /// <exception cref="StartRefusedException">There is one already, or the keys are given.</exception>
    public KeyRing Create() => Refusing(
        () => KeyRing.Create(Folder ?? throw new KeyRingException($"The key ring is given as {Key}__{Values.Keys.First()}: there is nothing to make.")), "");

    private static KeyRing CreateOrOpen(string folder)
    {
        try
        {
            return KeyRing.Create(folder);
        }
        catch (KeyRingException)
        {
            // Another process on this data folder was faster.
            return KeyRing.Open(folder);
        }
    }

    private static KeyRing Refusing(Func<KeyRing> open, string advice)
    {
        try
        {
            return open();
        }
        catch (KeyRingException e)
        {
            throw new StartRefusedException($"{e.Message} {advice}".TrimEnd());
        }
    }
}
