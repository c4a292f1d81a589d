using System.Linq.Expressions;
using System.Reflection;
using GraphQL;
using GraphQL.Resolvers;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Resolves a field from its object alone.</summary>
internal interface IPropertyReader : IFieldResolver
{
    object? Read(object source);
}

/// <summary>Reads a property. What reads it is made when it is first asked for: most are not.</summary>
internal sealed class PropertyReader<T>(PropertyInfo property) : IPropertyReader
{
    private Func<object, object?>? _read;

    public object? Read(object source) => (_read ??= Compile())(source);

    public ValueTask<object?> ResolveAsync(IResolveFieldContext context) => new(Read(context.Source!));

    private Func<object, object?> Compile()
    {
        var source = Expression.Parameter(typeof(object));
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(Expression.Property(Expression.Convert(source, typeof(T)), property), typeof(object)), source).Compile();
    }
}
