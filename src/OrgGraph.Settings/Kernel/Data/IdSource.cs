using System.Security.Cryptography;

namespace OrgGraph.Settings.Kernel.Data;

/// <summary>Where ids come from: one seam, so that tests are deterministic.</summary>
public abstract class IdSource
{
    /// <summary>An id that grows with time, so that clustered keys append.</summary>
    public abstract Guid Next();

    /// <summary>Uniform over [0, 1): jitter for schedules, never for secrets.</summary>
    public abstract double Jitter();
}

/// <summary>Version 7 ids from the clock and the system's random numbers.</summary>
public sealed class TimeOrderedIds(TimeProvider clock) : IdSource
{
#pragma warning disable RS0030 // This is the source that everybody else is sent to.
    public override Guid Next() => Guid.CreateVersion7(clock.GetUtcNow());
#pragma warning restore RS0030

    public override double Jitter() => RandomNumberGenerator.GetInt32(1 << 24) / (double)(1 << 24);
}
