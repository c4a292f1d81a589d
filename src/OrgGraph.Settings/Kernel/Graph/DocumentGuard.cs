using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// Refuses documents that would cost much before anything is validated: the validation rules themselves walk fragments again and again,
/// and no time-out stops them. Counts with memoised fragments, so it is linear itself; cycles are left for validation to name.
/// </summary>
internal static class DocumentGuard
{
    public const int MaxLength = 32 * 1024;
    private const int MaxFields = 1000;
    private const int MaxUnfolded = 10_000;
    private const int MaxSameKey = 20;
    private const int MaxDirectives = 50;
    private const int MaxMutationRoots = 10;
    private const int MaxDepth = 15;

    public static void Check(GraphQLDocument document)
    {
        var fragments = document.Definitions.OfType<GraphQLFragmentDefinition>().GroupBy(fragment => fragment.FragmentName.Name.StringValue).ToDictionary(group => group.Key, group => group.First());
        var walk = new Walk(fragments);
        foreach (var operation in document.Definitions.OfType<GraphQLOperationDefinition>())
        {
            walk.Directives(operation.Directives);
            if (operation.Operation == OperationType.Mutation && operation.SelectionSet.Selections.Count > MaxMutationRoots)
            {
                throw RequestFault.BadInput($"A request may hold at most {MaxMutationRoots} mutations.");
            }
        }

        foreach (var definition in document.Definitions)
        {
            var selections = definition switch
            {
                GraphQLOperationDefinition operation => operation.SelectionSet,
                GraphQLFragmentDefinition fragment => fragment.SelectionSet,
                _ => null,
            };
            if (selections is not null && walk.Measure(selections).Unfolded > MaxUnfolded)
            {
                throw RequestFault.BadInput($"The document asks for more than {MaxUnfolded} fields once its fragments are unfolded. Ask for less.");
            }
        }
    }

    private sealed class Walk(Dictionary<string, GraphQLFragmentDefinition> fragments)
    {
        private readonly Dictionary<string, (long Unfolded, int Depth)?> _known = [];
        private readonly HashSet<GraphQLSelectionSet> _counted = [];
        private int _fields;
        private int _directives;

        public void Directives(GraphQLDirectives? directives)
        {
            _directives += directives?.Count ?? 0;
            if (_directives > MaxDirectives)
            {
                throw RequestFault.BadInput($"The document uses more than {MaxDirectives} directives.");
            }
        }

        public (long Unfolded, int Depth) Measure(GraphQLSelectionSet set)
        {
            var isNew = _counted.Add(set);
            var keys = new Dictionary<string, int>();
            (long Unfolded, int Depth) sum = (0, 0);
            foreach (var selection in set.Selections)
            {
                if (isNew)
                {
                    Directives((selection as IHasDirectivesNode)?.Directives);
                }

                var (unfolded, depth) = Measure(selection, keys, isNew);
                sum = (Math.Min(sum.Unfolded + unfolded, int.MaxValue), Math.Max(sum.Depth, depth));
                if (sum.Depth > MaxDepth)
                {
                    throw RequestFault.BadInput($"The document is nested deeper than {MaxDepth} fields.");
                }
            }

            return sum;
        }

        private (long Unfolded, int Depth) Measure(ASTNode selection, Dictionary<string, int> keys, bool isNew)
        {
            switch (selection)
            {
                case GraphQLField field:
                    if (isNew)
                    {
                        Count(field, keys);
                    }

                    var inner = field.SelectionSet is { } set ? Measure(set) : (0, 0);
                    return (inner.Unfolded + 1, inner.Depth + 1);
                case GraphQLInlineFragment inline:
                    return Measure(inline.SelectionSet);
                case GraphQLFragmentSpread spread:
                    return MeasureFragment(spread.FragmentName.Name.StringValue);
                default:
                    return (0, 0);
            }
        }

        private void Count(GraphQLField field, Dictionary<string, int> keys)
        {
            if (++_fields > MaxFields)
            {
                throw RequestFault.BadInput($"The document has more than {MaxFields} fields.");
            }

            var key = (field.Alias?.Name ?? field.Name).StringValue;
            keys[key] = keys.GetValueOrDefault(key) + 1;
            if (keys[key] > MaxSameKey)
            {
                throw RequestFault.BadInput($"The document asks more than {MaxSameKey} times for the same response name in one selection.");
            }
        }

        private (long Unfolded, int Depth) MeasureFragment(string name)
        {
            if (_known.TryGetValue(name, out var known))
            {
                return known ?? (0, 0);
            }

            // While it is being measured it counts nothing: a circle ends here.
            _known[name] = null;
            var measured = fragments.TryGetValue(name, out var fragment) ? Measure(fragment.SelectionSet) : (0, 0);
            _known[name] = measured;
            return measured;
        }
    }
}
