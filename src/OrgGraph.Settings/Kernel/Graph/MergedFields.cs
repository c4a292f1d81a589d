using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// Counts fields as they meet in the answer, through fragments: the rule that compares fields which are merged compares each pair of them, and
/// hundreds of fragments with one field each are as bad as hundreds of fields. Follows each selection once for each place where it is
/// spread, which the guard has bounded before.
/// </summary>
internal sealed class MergedFields
{
    private const int MaxMerged = 20;

    // Comparing two leaves is cheap, and clients that keep fragments beside their components ask for `id` in each.
    private const int MaxMergedLeaves = 100;
    private const int MaxMutationRoots = 10;
    private const int MaxIntrospectionLists = 2;

    private static readonly HashSet<string> IntrospectionRoots = ["__schema", "__type"];
    private static readonly HashSet<string> IntrospectionLists = ["fields", "interfaces", "possibleTypes", "inputFields"];

    private readonly Dictionary<string, GraphQLFragmentDefinition> _fragments;
    private readonly HashSet<string> _followed = [];

    private MergedFields(Dictionary<string, GraphQLFragmentDefinition> fragments) => _fragments = fragments;

    /// <exception cref="RequestFault">BAD_USER_INPUT: too many meet.</exception>
    public static void Check(GraphQLDocument document, Dictionary<string, GraphQLFragmentDefinition> fragments)
    {
        var merged = new MergedFields(fragments);
        foreach (var operation in document.Definitions.OfType<GraphQLOperationDefinition>())
        {
            merged.Follow([operation.SelectionSet], operation.Operation == OperationType.Mutation ? MaxMutationRoots : int.MaxValue, introspectionLists: null);
        }

        // What no operation uses is validated as well.
        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
        {
            var name = fragment.FragmentName.Name.StringValue;
            if (fragments[name] != fragment || merged._followed.Add(name))
            {
                merged.Follow([fragment.SelectionSet], int.MaxValue, introspectionLists: null);
            }
        }
    }

    private void Follow(List<GraphQLSelectionSet> sets, int maxFields, int? introspectionLists)
    {
        var groups = new Dictionary<string, Group>();
        var seen = new HashSet<string>();
        var fields = 0;
        foreach (var set in sets)
        {
            fields += Collect(set, groups, seen);
        }

        if (fields > maxFields)
        {
            throw RequestFault.BadInput($"A request may hold at most {maxFields} mutations.");
        }

        foreach (var (key, group) in groups)
        {
            if (group.Inner is { Count: > MaxMerged } || group.Count > MaxMergedLeaves)
            {
                throw RequestFault.BadInput($"The document asks too often for the same response name, {key}, once its fragments are unfolded. Ask for it once.");
            }

            if (group.Inner is { } inner)
            {
                Follow(inner, int.MaxValue, Lists(group.Name, introspectionLists));
            }
        }
    }

    private int Collect(GraphQLSelectionSet set, Dictionary<string, Group> groups, HashSet<string> seen)
    {
        var fields = 0;
        foreach (var selection in set.Selections)
        {
            switch (selection)
            {
                case GraphQLField field:
                    fields++;
                    Add(field, groups);
                    break;
                case GraphQLInlineFragment inline:
                    fields += Collect(inline.SelectionSet, groups, seen);
                    break;
                case GraphQLFragmentSpread spread when seen.Add(spread.FragmentName.Name.StringValue):
                    var name = spread.FragmentName.Name.StringValue;
                    _followed.Add(name);
                    fields += _fragments.TryGetValue(name, out var fragment) ? Collect(fragment.SelectionSet, groups, seen) : 0;
                    break;
            }
        }

        return fields;
    }

    private static void Add(GraphQLField field, Dictionary<string, Group> groups)
    {
        var key = (field.Alias?.Name ?? field.Name).StringValue;
        if (!groups.TryGetValue(key, out var group))
        {
            groups[key] = group = new Group(field.Name.StringValue);
        }

        group.Count++;
        if (field.SelectionSet is { } inner)
        {
            (group.Inner ??= []).Add(inner);
        }
    }

    // Types have fields, which have types, which have fields: three such steps multiply to millions.
    private static int? Lists(string field, int? above)
    {
        if (above is null)
        {
            return IntrospectionRoots.Contains(field) ? 0 : null;
        }

        var lists = IntrospectionLists.Contains(field) ? above + 1 : above;
        return lists > MaxIntrospectionLists
            ? throw RequestFault.BadInput($"The schema is asked for too deeply: at most {MaxIntrospectionLists} of {string.Join(", ", IntrospectionLists)} within each other.")
            : lists;
    }

    private sealed class Group(string name)
    {
        public string Name { get; } = name;

        public int Count { get; set; }

        public List<GraphQLSelectionSet>? Inner { get; set; }
    }
}
