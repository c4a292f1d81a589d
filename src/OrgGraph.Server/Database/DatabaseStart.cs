namespace OrgGraph.Server.Database;

/// <summary>Brings the database to this release's model, and holds it to what durability and consistency need.</summary>
internal abstract class DatabaseStart
{
    /// <summary>The newest migration of this release: a database that has not seen it is not this server's.</summary>
    public abstract string Newest { get; }

    /// <summary>Migrates when that is wanted and needed.</summary>
    /// <exception cref="StartRefusedException">The database is newer, not migrated, not durable, or cannot be opened.</exception>
    public abstract void Prepare(bool migrate);
}

/// <summary>Copies a database that is being written.</summary>
internal abstract class DatabaseBackup
{
    /// <summary>Writes a checked copy to a file that is not there yet.</summary>
    /// <exception cref="StartRefusedException">It is there, or the copy is not sound, or this kind of database has a way of its own.</exception>
    public abstract Task WriteAsync(string file, CancellationToken cancellation);
}
