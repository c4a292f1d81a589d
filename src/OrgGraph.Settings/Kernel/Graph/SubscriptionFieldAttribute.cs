using GraphQL;
using GraphQL.Resolvers;
using GraphQL.Types;
using OrgGraph.Settings.Kernel.Events;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Which events a subscription field delivers.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SubscriptionFieldAttribute(string union, string description, params Type[] events) : GraphQLAttribute
{
    private const string Key = "orggraph:events";

    /// <summary>The stream of the subscriber's own rights: made for each subscriber, not logged.</summary>
    public bool IsOwnAccess { get; init; }

    /// <summary>The stream of the audit log: its entries are no events.</summary>
    public bool IsAuditLog { get; init; }

    /// <summary>Empty for the stream of everything.</summary>
    public Type[] Events { get; } = events;

    public bool Wants(SettingsEvent happened) => Events.Length == 0 || Array.IndexOf(Events, happened.GetType()) >= 0;

    public override void Modify(FieldType fieldType, bool isInputType)
    {
        fieldType.Metadata[Key] = this;
        fieldType.StreamResolver = NoStream.Instance;
        if (Events.Length > 0)
        {
            fieldType.Type = null;
            fieldType.ResolvedType = new NonNullGraphType(Unions.Make(union, description, Events));
        }
    }

    internal static SubscriptionFieldAttribute Of(FieldType field) =>
        field.GetMetadata<SubscriptionFieldAttribute>(Key) ?? throw new InvalidOperationException($"Subscription.{field.Name} does not say which events it delivers.");

    // The engine asks for one; this server delivers events by its own strategy, which never calls it.
    private sealed class NoStream : ISourceStreamResolver
    {
        public static readonly NoStream Instance = new();

        public ValueTask<IObservable<object?>> ResolveAsync(IResolveFieldContext context) => throw new InvalidOperationException("Events are not delivered by streams of the engine.");
    }
}
