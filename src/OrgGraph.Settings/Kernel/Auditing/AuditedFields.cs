using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>An entity with more to tell the log than its plain fields.</summary>
internal interface IAudited
{
    /// <summary>Further fields with values that become JSON. Of one whose name ends in "secret" only that it changed is told.</summary>
    IEnumerable<(string Field, object Value)> AuditFacts();
}

/// <summary>Which fields of entries about one kind of thing a reader may see, where the thing itself does not show all to everybody who knows of it.</summary>
internal interface IAuditedFields
{
    /// <summary>The kind, e.g. aiProvider.</summary>
    string ResourceType { get; }

    /// <summary>Whether the reader may see the field's values; else they are masked.</summary>
    /// <param name="project">The project of the thing; null: of the organization.</param>
    bool CanSee(Snapshot snapshot, Caller caller, Guid? project, string field);
}
