using GraphQL;
using GraphQL.Types;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>The refusals that a mutation's payload may hold: its own union, <c>&lt;Mutation&gt;Error</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ErrorsAttribute(params Type[] types) : Attribute
{
    public Type[] Types { get; } = types;

    internal void Apply(FieldType field, Type payload)
    {
        var mutation = payload.Name[..^"Payload".Length];
        var union = Unions.Make(mutation + "Error", $"Why {char.ToLowerInvariant(mutation[0])}{mutation[1..]} was refused.", Types);
        field.Type = null;
        field.ResolvedType = new NonNullGraphType(new ListGraphType(new NonNullGraphType(union)));
    }
}

/// <summary>The field answers one of several types.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public sealed class UnionAttribute(string name, string description, params Type[] types) : GraphQLAttribute
{
    public Type[] Types { get; } = types;

    public string Name { get; } = name;

    public override void Modify(FieldType fieldType, bool isInputType)
    {
        fieldType.Type = null;
        fieldType.ResolvedType = new NonNullGraphType(Unions.Make(Name, description, Types));
    }
}

internal static class Unions
{
    public static UnionGraphType Make(string name, string description, IEnumerable<Type> types)
    {
        var union = new UnionGraphType { Name = name, Description = description };
        foreach (var type in types)
        {
            union.Type(typeof(OutputType<>).MakeGenericType(type));
        }

        return union;
    }
}

/// <summary>The field's value depends on who the caller is, beyond what the caller may do: subscribers do not share results that hold it.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public sealed class PerCallerAttribute : GraphQLAttribute
{
    public const string Key = "orggraph:per-caller";

    /// <summary>For owners it does not.</summary>
    public bool ExceptOwners { get; init; }

    public override void Modify(FieldType fieldType, bool isInputType) => fieldType.Metadata[Key] = ExceptOwners ? "except-owners" : "all";

    internal static string? Of(FieldType field) => field.GetMetadata<string>(Key);
}
