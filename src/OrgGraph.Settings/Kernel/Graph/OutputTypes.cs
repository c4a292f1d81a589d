using System.Linq.Expressions;
using System.Reflection;
using GraphQL;
using GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>An object type from a class, described by its doc comments.</summary>
internal abstract class DescribedType<T> : AutoRegisteringObjectGraphType<T>
{
    protected override void ConfigureGraph()
    {
        base.ConfigureGraph();
        Description ??= XmlDescriptions.Of(typeof(T));
    }

    protected override FieldType? CreateField(MemberInfo memberInfo)
    {
        var field = base.CreateField(memberInfo);
        field?.Description ??= XmlDescriptions.Of(memberInfo);
        return field;
    }

    protected override void ApplyArgumentAttributes(ParameterInfo parameterInfo, QueryArgument queryArgument)
    {
        base.ApplyArgumentAttributes(parameterInfo, queryArgument);
        queryArgument.Description ??= XmlDescriptions.Of(parameterInfo);
    }
}

/// <summary>An object type from a class, with the fields that other areas add to it.</summary>
internal sealed class OutputType<T> : DescribedType<T>
{
    public OutputType(SchemaParts parts)
    {
        foreach (var extension in parts.ExtensionsOf(typeof(T)))
        {
            foreach (var field in FieldsOf.Read(extension))
            {
                AddField(field);
            }
        }
    }

    protected override IEnumerable<FieldType> ProvideFields() => base.ProvideFields().Select(field => FieldsOf.Finish(field, typeof(T)));
}

/// <summary>An interface type from an interface, described by its doc comments.</summary>
internal sealed class InterfaceType<T> : AutoRegisteringInterfaceGraphType<T>
{
    protected override void ConfigureGraph()
    {
        base.ConfigureGraph();
        Description ??= XmlDescriptions.Of(typeof(T));
    }

    protected override FieldType? CreateField(MemberInfo memberInfo)
    {
        var field = base.CreateField(memberInfo);
        field?.Description ??= XmlDescriptions.Of(memberInfo);
        return field;
    }
}

/// <summary>An enumeration type, described by its doc comments.</summary>
internal sealed class EnumType<T> : EnumerationGraphType<T>
    where T : struct, Enum
{
    public EnumType()
    {
        Description ??= XmlDescriptions.Of(typeof(T));
        foreach (var value in Values)
        {
            value.Description ??= XmlDescriptions.Of(typeof(T).GetField(value.Value!.ToString()!)!);
        }
    }
}

/// <summary>An operation root, composed of what the areas contribute.</summary>
internal sealed class RootType : ObjectGraphType
{
    public RootType(string name, string description, IEnumerable<Type> contributors)
    {
        Name = name;
        Description = description;
        foreach (var field in contributors.SelectMany(FieldsOf.Read).OrderBy(field => field.Name, StringComparer.Ordinal))
        {
            AddField(field);
        }
    }
}

/// <summary>Reads the fields that a contributor's methods declare. Contributors are services: their methods get the parent by <see cref="ParentAttribute"/>.</summary>
internal static class FieldsOf
{
    public static IReadOnlyList<FieldType> Read(Type contributor)
    {
        var type = (IContributorType)Activator.CreateInstance(typeof(ContributorType<>).MakeGenericType(contributor))!;
        return [.. type.Contributed];
    }

    /// <summary>What the attributes of the engine cannot say by themselves.</summary>
    public static FieldType Finish(FieldType field, Type owner)
    {
        if (string.Equals(field.Name, "errors", StringComparison.OrdinalIgnoreCase) && owner.GetCustomAttribute<ErrorsAttribute>() is { } errors)
        {
            errors.Apply(field, owner);
        }

        return field;
    }

    private interface IContributorType
    {
        IEnumerable<FieldType> Contributed { get; }
    }

    private sealed class ContributorType<T> : DescribedType<T>, IContributorType
        where T : class
    {
        public IEnumerable<FieldType> Contributed => Fields;

        protected override LambdaExpression BuildMemberInstanceExpression(MemberInfo memberInfo)
        {
            Expression<Func<IResolveFieldContext, T>> instance = context => context.RequestServices!.GetRequiredService<T>();
            return instance;
        }

        protected override IEnumerable<MemberInfo> GetRegisteredMembers() => base.GetRegisteredMembers().OfType<MethodInfo>();
    }
}
