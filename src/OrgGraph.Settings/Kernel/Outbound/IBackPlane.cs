namespace OrgGraph.Settings.Kernel.Outbound;

/// <summary>
/// Tells the other nodes at once what they would find by polling half a second later. It carries hints only: one that is lost, late, false
/// or told twice changes nothing, for what counts is read from the rows.
/// </summary>
public interface IBackPlane
{
    /// <summary>Called with what any node told, this one included. The listener returns at once.</summary>
    event Action<Guid, int>? Told;

    /// <summary>Tells that an organization has reached a version. Returns at once, whatever the state of the network.</summary>
    void Tell(Guid organizationId, int version);
}

/// <summary>A single node, or several that poll.</summary>
public sealed class NoBackPlane : IBackPlane
{
    public event Action<Guid, int>? Told
    {
        add { }
        remove { }
    }

    public void Tell(Guid organizationId, int version)
    {
    }
}
