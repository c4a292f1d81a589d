using System.Collections.Concurrent;
using System.Threading.Channels;
using GraphQL;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Telemetry;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>
/// Entries that no change makes. What was denied or refused goes through a queue beside the request: it delays nobody, tells nothing by
/// its time, and what is too much for the queue is dropped. A secret that was handed out waits for its entry.
/// </summary>
internal sealed class AuditTrail : IAsyncDisposable
{
    private const int MaxWaiting = 1024;
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Once = TimeSpan.FromMinutes(1);

    private readonly Channel<(Guid Organization, AuditNote Note)> _waiting =
        Channel.CreateBounded<(Guid, AuditNote)>(new BoundedChannelOptions(MaxWaiting));

    private readonly ConcurrentDictionary<(Guid Organization, PrincipalRef Caller, Guid? Credential, string Action, string? Resource), long> _lately = [];
    private readonly Writer _writer;
    private readonly SemaphoreSlim _resolving = new(1);
    private readonly SchemaParts _parts;
    private readonly TimeProvider _clock;
    private readonly KernelMetrics _metrics;
    private readonly ILogger<AuditTrail> _log;
    private Task _running = Task.CompletedTask;

    internal AuditTrail(Writer writer, SchemaParts parts, TimeProvider clock, KernelMetrics metrics, ILogger<AuditTrail> log) =>
        (_writer, _parts, _clock, _metrics, _log) = (writer, parts, clock, metrics, log);

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Writes what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running;
        _resolving.Dispose();
    }

    /// <summary>A member lacked a right. Who is no member leaves nothing in the organization's log.</summary>
    public void Denied(IResolveFieldContext context, Snapshot? snapshot) => Tell(context, snapshot, AuditOutcome.Denied, "[]");

    /// <summary>A rule said no.</summary>
    public void Refused(IResolveFieldContext context, Snapshot snapshot, IReadOnlyList<UserError> errors) =>
        Tell(context, snapshot, AuditOutcome.Refused, $$"""[{"field":"errors","before":null,"after":{{System.Text.Json.JsonSerializer.Serialize(errors.Select(error => EnumType.ConstantCase(error.Code.ToString())).Distinct())}}}]""");

    /// <summary>Somebody was given a secret's value. Returns when that is durable, or was so within the last minute.</summary>
    /// <param name="secrets">The action is e.g. <c>environmentVariable.resolved</c>.</param>
    /// <exception cref="RequestFault">UNAVAILABLE: it cannot be written now, so the value must not be handed out.</exception>
    public async Task ResolvedAsync(Snapshot snapshot, Caller caller, IReadOnlyCollection<(string Action, GlobalId Resource, string Name, Guid? ProjectId)> secrets, CancellationToken cancellation)
    {
        bool IsFresh((string Action, GlobalId Resource, string Name, Guid? ProjectId) secret) => !IsKnown(snapshot.OrganizationId, caller, secret.Action, secret.Resource.ToString());
        if (!secrets.Any(IsFresh))
        {
            return;
        }

        // One after the other: of two that ask in the same moment the second finds the first's entry.
        await _resolving.WaitAsync(cancellation);
        try
        {
            await ResolvedAsync(snapshot, caller, [.. secrets.Where(IsFresh)], cancellation);
        }
        finally
        {
            _resolving.Release();
        }
    }

    private async Task ResolvedAsync(Snapshot snapshot, Caller caller, List<(string Action, GlobalId Resource, string Name, Guid? ProjectId)> fresh, CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        var notes = fresh.ConvertAll(secret => NoteOf(
            snapshot, caller, now, secret.Action, secret.Action[..secret.Action.IndexOf('.', StringComparison.Ordinal)], secret.Resource.ToString(), secret.Name, AuditOutcome.Succeeded, "[]", secret.ProjectId));
        await AppendAsync(snapshot.OrganizationId, notes, cancellation);
        fresh.ForEach(secret => Remember(snapshot.OrganizationId, caller, secret.Action, secret.Resource.ToString()));
    }

    private void Tell(IResolveFieldContext context, Snapshot? snapshot, AuditOutcome outcome, string changes)
    {
        var caller = context.Caller();
        if (snapshot is null || caller.Principal is not { } principal || !caller.ActsIn(snapshot.OrganizationId) || !snapshot.Access.IsMember(principal))
        {
            return;
        }

        var action = context.FieldDefinition.Name;
        var resource = ResourceOf(context, snapshot, caller);
        if (outcome == AuditOutcome.Denied)
        {
            if (IsKnown(snapshot.OrganizationId, caller, action, resource?.ToString()))
            {
                return;
            }

            Remember(snapshot.OrganizationId, caller, action, resource?.ToString());
        }

        var type = resource is { } known ? CamelCase(known.Type.ToString()) : CamelCase(Noun(action));
        var id = resource ?? (type == "organization" ? GlobalId.Organization(snapshot.OrganizationId) : null);
        var note = NoteOf(snapshot, caller, _clock.GetUtcNow(), action, type, id?.ToString(), null, outcome, changes, resource is { Type: NodeType.Project } project ? project.Id : null);
        if (!_waiting.Writer.TryWrite((snapshot.OrganizationId, note)))
        {
            _metrics.AuditDropped();
            _log.LogWarning("Too many refused attempts at once: one by {Actor} at {Action} is in no audit log", principal, action);
        }
    }

    private static AuditNote NoteOf(
        Snapshot snapshot, Caller caller, DateTimeOffset now, string action, string type, string? resource, string? name, AuditOutcome outcome, string changes, Guid? project) => new(
        now,
        caller.Principal,
        snapshot.NameOf(caller.Principal!.Value) ?? caller.Person?.DisplayName ?? ChangeSet.SystemName,
        caller.Credential,
        caller.Preview,
        action,
        type,
        resource,
        name,
        outcome,
        changes,
        type.StartsWith("service", StringComparison.Ordinal),
        project);

    // The first id in the input that is of something inside the organization which the caller may see: a guess is about nothing.
    private GlobalId? ResourceOf(IResolveFieldContext context, Snapshot snapshot, Caller caller)
    {
        if (context.Arguments is not { } arguments || !arguments.TryGetValue("input", out var given) || given.Value is not { } input)
        {
            return null;
        }

        foreach (var property in input.GetType().GetProperties().Where(property => property.PropertyType == typeof(string) && property.IsDefined(typeof(IdAttribute), inherit: true)))
        {
            if (GlobalId.TryParse(property.GetValue(input) as string, out var id) && id.OrganizationId == snapshot.OrganizationId
                && _parts.Nodes.TryGetValue(id.Type, out var source) && source.Find(snapshot, caller, id.Id) is not null)
            {
                return id;
            }
        }

        return null;
    }

    // createApiKey is about an API key.
    private static string Noun(string action)
    {
        var at = 0;
        while (at < action.Length && !char.IsUpper(action[at]))
        {
            at++;
        }

        return at < action.Length ? action[at..] : action;
    }

    private static string CamelCase(string name) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name);

    private bool IsKnown(Guid organization, Caller caller, string action, string? resource) =>
        _lately.TryGetValue((organization, caller.Principal!.Value, caller.CredentialId, action, resource), out var at) && _clock.GetElapsedTime(at) < Once;

    private void Remember(Guid organization, Caller caller, string action, string? resource)
    {
        if (_lately.Count >= MaxRemembered)
        {
            _lately.Clear();
        }

        _lately[(organization, caller.Principal!.Value, caller.CredentialId, action, resource)] = _clock.GetTimestamp();
    }

    private async Task RunAsync()
    {
        var batch = new List<(Guid Organization, AuditNote Note)>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxWaiting && _waiting.Reader.TryRead(out var note))
            {
                batch.Add(note);
            }

            foreach (var group in batch.GroupBy(entry => entry.Organization))
            {
                await TryAppendAsync(group.Key, [.. group.Select(entry => entry.Note)]);
            }

            batch.Clear();
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever is wrong with these entries, later ones are tried.")]
    private async Task TryAppendAsync(Guid organization, List<AuditNote> notes)
    {
        try
        {
            await AppendAsync(organization, notes, CancellationToken.None);
        }
        catch (Exception e)
        {
            _log.LogWarning("{Count} audit entries of refused attempts could not be written: {Reason}", notes.Count, e.Message);
        }
    }

    private Task AppendAsync(Guid organization, List<AuditNote> notes, CancellationToken cancellation) => _writer.AppendAsync(
        new AppendRequest(
            organization,
            Caller.Anonymous,
            [],
            Scope.None,
            decision =>
            {
                decision.Changes.Notes.AddRange(notes);
                return null;
            },
            IsNew: false),
        cancellation);
}
