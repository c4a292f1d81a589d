using GraphQL.Types;
using OrgGraph.Settings.Kernel.Access;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>The schema, assembled from the areas.</summary>
public sealed class SettingsSchema : Schema
{
    public SettingsSchema(IServiceProvider services, SchemaParts parts, TimeProvider clock)
        : base(services, [])
    {
        RegisterTypeMappings();
        Directives.Register(new AuthorizeDirective(), new SpecifiedByDirective());
        Query = new RootType("Query", "Everything that can be read.", parts.Areas.SelectMany(area => area.Queries));
        Mutation = new RootType("Mutation", "Everything that can be changed. Expected refusals are in a payload's errors; nothing is changed then.", parts.Areas.SelectMany(area => area.Mutations));
        Subscription = new RootType(
            "Subscription",
            "Changes as they happen. `after` is the cursor of the last event seen, or Organization.cursor of the query that filled the page: what was committed since is replayed first, each event once, then it goes on live. A cursor that is of no use gives StreamReset first: load anew, then go on.",
            parts.Areas.SelectMany(area => area.Subscriptions));
        foreach (var type in parts.Areas.SelectMany(area => area.Types))
        {
            RegisterType(typeof(OutputType<>).MakeGenericType(type));
        }

        RegisterVisitor(new AuthorizeVisitor(clock));
        NameConverter = new GraphQL.Conversion.CamelCaseNameConverter();
    }

    /// <summary>Names of fields whose value depends on who the caller is.</summary>
    internal IReadOnlyDictionary<string, bool> PerCallerFields { get => field ??= FindPerCallerFields(); }

    private Dictionary<string, bool> FindPerCallerFields()
    {
        var found = new Dictionary<string, bool>();
        foreach (var field in AllTypes.OfType<IObjectGraphType>().SelectMany(type => type.Fields))
        {
            if (PerCallerAttribute.Of(field) is { } how)
            {
                found[field.Name] = how == "all" || found.GetValueOrDefault(field.Name);
            }
        }

        return found;
    }

    private void RegisterTypeMappings() => this.Features.RepeatableDirectives = true;
}
