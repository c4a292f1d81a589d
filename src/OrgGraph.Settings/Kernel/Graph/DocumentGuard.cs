using GraphQLParser;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// Refuses documents that would cost much before anything is validated: the validation rules themselves walk fragments again and again,
/// and no time-out stops them. Counts with memoised fragments, so it is linear itself.
/// </summary>
internal static class DocumentGuard
{
    public const int MaxLength = 32 * 1024;
    public const int MaxTokens = 4000;
    private const int MaxFields = 1000;
    private const int MaxUnfolded = 10_000;
    private const int MaxSameKey = 20;
    private const int MaxDirectives = 50;
    private const int MaxDepth = 15;

    /// <summary>Looks at the text, before it is parsed.</summary>
    /// <returns>How many tokens it has.</returns>
    public static int CheckText(string text)
    {
        if (text.Length > MaxLength)
        {
            throw RequestFault.BadInput($"The document is longer than {MaxLength / 1024} KiB.");
        }

        var (tokens, directives) = (0, 0);
        for (var token = Lexer.Lex(text, 0); token.Kind != TokenKind.EOF; token = Lexer.Lex(text, token.End))
        {
            tokens += token.Kind == TokenKind.COMMENT ? 0 : 1;
            directives += token.Kind == TokenKind.AT ? 1 : 0;
            if (tokens > MaxTokens)
            {
                throw RequestFault.BadInput($"The document has more than {MaxTokens} tokens. Ask for less, and pass values as variables.");
            }

            if (directives > MaxDirectives)
            {
                throw RequestFault.BadInput($"The document uses more than {MaxDirectives} directives.");
            }
        }

        return tokens;
    }

    /// <summary>Looks at the parsed document, before it is validated.</summary>
    public static void Check(GraphQLDocument document)
    {
        // Of several with one name the first counts; validation refuses the others, so they are measured on their own.
        var fragments = new Dictionary<string, GraphQLFragmentDefinition>();
        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
        {
            fragments.TryAdd(fragment.FragmentName.Name.StringValue, fragment);
        }

        var walk = new Walk(fragments);
        long unfolded = 0;
        foreach (var operation in document.Definitions.OfType<GraphQLOperationDefinition>())
        {
            unfolded += walk.Measure(operation.SelectionSet).Unfolded;
        }

        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
        {
            var name = fragment.FragmentName.Name.StringValue;
            unfolded += fragments[name] != fragment ? walk.Measure(fragment.SelectionSet).Unfolded : walk.IsUsed(name) ? 0 : walk.MeasureFragment(name).Unfolded;
        }

        if (unfolded > MaxUnfolded)
        {
            throw TooManyUnfolded();
        }

        MergedFields.Check(document, fragments);
    }

    private static RequestFault TooManyUnfolded() =>
        RequestFault.BadInput($"The document asks for more than {MaxUnfolded} fields once its fragments are unfolded. Ask for less.");

    private sealed class Walk(Dictionary<string, GraphQLFragmentDefinition> fragments)
    {
        private readonly Dictionary<string, (long Unfolded, int Depth)?> _known = [];
        private int _fields;

        public bool IsUsed(string fragment) => _known.ContainsKey(fragment);

        public (long Unfolded, int Depth) Measure(GraphQLSelectionSet set)
        {
            var keys = new Dictionary<string, int>();
            (long Unfolded, int Depth) sum = (0, 0);
            foreach (var selection in set.Selections)
            {
                var (unfolded, depth) = Measure(selection, keys);
                sum = (sum.Unfolded + unfolded, Math.Max(sum.Depth, depth));
                if (sum.Depth > MaxDepth)
                {
                    throw RequestFault.BadInput($"The document is nested deeper than {MaxDepth} fields.");
                }

                if (sum.Unfolded > MaxUnfolded)
                {
                    throw TooManyUnfolded();
                }
            }

            return sum;
        }

        public (long Unfolded, int Depth) MeasureFragment(string name)
        {
            if (_known.TryGetValue(name, out var known))
            {
                return known ?? throw RequestFault.BadInput($"The fragment {name} spreads itself. Fragments may not form circles.");
            }

            _known[name] = null;
            var measured = fragments.TryGetValue(name, out var fragment) ? Measure(fragment.SelectionSet) : (0, 0);
            _known[name] = measured;
            return measured;
        }

        // A spread or an inline fragment counts too: each is a step for whoever walks the document.
        private (long Unfolded, int Depth) Measure(ASTNode selection, Dictionary<string, int> keys)
        {
            switch (selection)
            {
                case GraphQLField field:
                    Count(field, keys);
                    var inner = field.SelectionSet is { } set ? Measure(set) : (0, 0);
                    return (inner.Unfolded + 1, inner.Depth + 1);
                case GraphQLInlineFragment inline:
                    var within = Measure(inline.SelectionSet);
                    return (within.Unfolded + 1, within.Depth);
                case GraphQLFragmentSpread spread:
                    var spreadOut = MeasureFragment(spread.FragmentName.Name.StringValue);
                    return (spreadOut.Unfolded + 1, spreadOut.Depth);
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
    }
}
