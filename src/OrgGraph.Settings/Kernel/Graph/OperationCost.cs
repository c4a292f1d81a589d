using System.Globalization;
using GraphQL;
using GraphQL.Types;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>A list within a selection: its size times what one item costs.</summary>
/// <param name="Path">From the selection down to the list.</param>
internal sealed record CostlyList(string Path, ListSize Size, OperationCost Item)
{
    public bool IsConstant => Size.IsConstant && Item.IsConstant;
}

/// <summary>
/// What a selection costs: one for each field, and for each list its size times what an item costs. Page sizes may be variables, so this is a
/// formula, made once for a document and worked out for each request: a document that was cheap once is not cheap for ever.
/// </summary>
internal sealed class OperationCost
{
    public const int MaxSignedIn = 20_000;
    public const int MaxAnonymous = 1_000;
    private const int Told = 5;

    private readonly double _constant;
    private readonly CostlyList[] _variable;
    private readonly CostlyList[] _lists;

    public OperationCost(int fields, CostlyList[] lists)
    {
        _lists = lists;
        _variable = Array.FindAll(lists, list => !list.IsConstant);
        _constant = fields + lists.Where(list => list.IsConstant).Sum(list => list.Size.Of(Inputs.Empty) * list.Item._constant);
    }

    /// <summary>Whatever the variables are, it costs the same.</summary>
    public bool IsConstant => _variable.Length == 0;

    public static OperationCost Of(GraphQLOperationDefinition operation, GraphQLDocument document, ISchema schema) => new CostReader(operation, document, schema).Read();

    /// <summary>What it costs with these variables. A double: a product of fifteen pages overflows nothing.</summary>
    public double With(Inputs variables)
    {
        var sum = _constant;
        foreach (var list in _variable)
        {
            sum += list.Size.Of(variables) * list.Item.With(variables);
        }

        return sum;
    }

    /// <summary>Null when the caller may ask for so much.</summary>
    public RequestFault? Refusal(Inputs variables, bool isSignedIn)
    {
        var (cost, most) = (With(variables), isSignedIn ? MaxSignedIn : MaxAnonymous);
        if (cost <= most)
        {
            return null;
        }

        var parts = new List<(double Cost, string Text)>();
        Tell("", this, variables, 1, parts);
        var told = parts.OrderByDescending(part => part.Cost).Take(Told).Select(part => part.Text);
        return new RequestFault(
            RequestErrorCodes.CostExceeded,
            $"The request costs {Text(cost)}; at most {Text(most)} is allowed{(isSignedIn ? "" : " without a credential")}. {string.Join("; ", told)}. Ask for smaller pages, or for fewer lists within lists.");
    }

    private static void Tell(string above, OperationCost cost, Inputs variables, double times, List<(double Cost, string Text)> parts)
    {
        foreach (var list in cost._lists)
        {
            var (size, item) = (list.Size.Of(variables), list.Item.With(variables));
            var path = above + list.Path;
            parts.Add((times * size * item, $"{path} costs {Text(times * size * item)}: {(times > 1 ? Text(times) + " times " : "")}{Text(size)} items of {Text(item)}"));
            Tell(path + ".", list.Item, variables, times * size, parts);
        }
    }

    private static string Text(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>How many items a list may have, as far as the request tells.</summary>
internal abstract record ListSize
{
    /// <summary>Of a list that has neither pages nor ids: assumed, as what it really holds counts while it is executed.</summary>
    public static readonly ListSize Assumed = new Fixed(10);

    public virtual bool IsConstant => false;

    public abstract int Of(Inputs variables);

    public sealed record Fixed(int Count) : ListSize
    {
        public override bool IsConstant => true;

        public override int Of(Inputs variables) => Count;
    }

    /// <summary>A page whose size is a variable. A size that is none is the field's own to refuse.</summary>
    public sealed record Page(string Variable, int? Default) : ListSize
    {
        public override int Of(Inputs variables)
        {
            var given = variables.TryGetValue(Variable, out var value) ? value : Default;
            return given is null ? PageArguments.Default : given is int count ? Math.Clamp(count, 0, PageArguments.Max) : PageArguments.Max;
        }
    }

    /// <summary>As many as the list in a variable has.</summary>
    public sealed record Counted(string Variable) : ListSize
    {
        public override int Of(Inputs variables) => variables.TryGetValue(Variable, out var value) ? value is System.Collections.ICollection list ? list.Count : 1 : 0;
    }

    /// <summary>The larger: both `first` and `last` were given.</summary>
    public sealed record Larger(ListSize One, ListSize Other) : ListSize
    {
        public override bool IsConstant => One.IsConstant && Other.IsConstant;

        public override int Of(Inputs variables) => Math.Max(One.Of(variables), Other.Of(variables));
    }
}
