using GraphQL;
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

    /// <summary>Empty for the stream of everything.</summary>
    public Type[] Events { get; } = events;

    public bool Wants(SettingsEvent happened) => Events.Length == 0 || Array.IndexOf(Events, happened.GetType()) >= 0;

    public override void Modify(FieldType fieldType, bool isInputType)
    {
        fieldType.Metadata[Key] = this;
        if (Events.Length > 0)
        {
            fieldType.Type = null;
            fieldType.ResolvedType = new NonNullGraphType(Unions.Make(union, description, Events));
        }
    }

    internal static SubscriptionFieldAttribute Of(FieldType field) =>
        field.GetMetadata<SubscriptionFieldAttribute>(Key) ?? throw new InvalidOperationException($"Subscription.{field.Name} does not say which events it delivers.");
}
