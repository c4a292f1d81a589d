namespace OrgGraph.Settings.Kernel.Data;

/// <summary>A row that belongs to one organization and carries the version that last changed it.</summary>
public abstract class SettingsRow
{
    public required Guid OrganizationId { get; init; }

    public required Guid Id { get; init; }

    /// <summary>Set by the writer when the row is appended.</summary>
    public int Version { get; set; }

    /// <summary>A tombstone: other processes learn of the deletion by it.</summary>
    public bool IsDeleted { get; set; }
}

/// <summary>A settings row that stops mattering some time after it has ended: the snapshot leaves it out then.</summary>
public interface IEndingRow
{
    DateTimeOffset? EndedAt { get; }
}

/// <summary>A list of ids in one text column: read and written whole, never searched by the database.</summary>
internal static class IdList
{
    public static string Format(IReadOnlyCollection<Guid> ids) => string.Join(',', ids.Select(id => id.ToString("N")));

    public static Guid[] Parse(string text) =>
        text.Length == 0 ? [] : Array.ConvertAll(text.Split(','), part => Guid.ParseExact(part, "N"));
}
