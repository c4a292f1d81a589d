using System.Linq.Expressions;
using System.Reflection;
using GraphQL;
using GraphQL.Resolvers;
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

    // The engine compiles a resolver for each field when the schema is built; most of a start would be spent on fields that nobody asks for.
    protected override FieldType? CreateField(MemberInfo memberInfo)
    {
        var name = memberInfo.Name;
        var field = new FieldType
        {
            Name = memberInfo is MethodInfo && name.EndsWith("Async", StringComparison.Ordinal) ? name[..^"Async".Length] : name,
            Type = GetTypeInformation(memberInfo).ConstructGraphType(),
            Resolver = memberInfo is PropertyInfo property && IsReadFromObject ? new PropertyReader<T>(property) : new LazyResolver(() => MakeResolver(memberInfo)),
        };
        field.Arguments = memberInfo is MethodInfo method ? ArgumentsOf(field, method) : null;
        var isIgnored = false;
        foreach (var attribute in memberInfo.GetCustomAttributes<GraphQLAttribute>().OrderBy(attribute => attribute.Priority))
        {
            attribute.Modify(field, isInputType: false);
            attribute.Modify(field, isInputType: false, this, memberInfo, ref isIgnored);
        }

        field.Description ??= memberInfo.GetCustomAttribute<System.ComponentModel.DescriptionAttribute>()?.Description ?? XmlDescriptions.Of(memberInfo);
        return isIgnored ? null : field;
    }

    // Of the method's parameters those that a client gives; the others are told apart by the engine's attributes.
    private QueryArguments ArgumentsOf(FieldType field, MethodInfo method)
    {
        var arguments = new QueryArguments();
        foreach (var parameter in method.GetParameters())
        {
            // The engine's type argument says no more than the parameter does, and a call for each type would be compiled for each.
            var information = GetArgumentInformation<object>(field, parameter);
            if (information.ConstructQueryArgument().QueryArgument is { } argument)
            {
                ApplyArgumentAttributes(parameter, argument);
                arguments.Add(argument);
            }
        }

        return arguments;
    }

    private IFieldResolver MakeResolver(MemberInfo member)
    {
        var made = new FieldType { Name = member.Name };
        BuildFieldType(made, member);
        return made.Resolver!;
    }

    /// <summary>Whether the object that is asked is the one with the members.</summary>
    protected virtual bool IsReadFromObject => true;

    private sealed class LazyResolver(Func<IFieldResolver> make) : IFieldResolver
    {
        private IFieldResolver? _made;

        public ValueTask<object?> ResolveAsync(IResolveFieldContext context) => (_made ??= make()).ResolveAsync(context);
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
internal sealed class EnumType<T>() : EnumType(typeof(T))
    where T : struct, Enum;

/// <summary>What all enumeration types share: for each alone it would be compiled at each start.</summary>
internal abstract class EnumType : EnumerationGraphType
{
    protected EnumType(Type type)
    {
        Name = type.Name;
        Description = XmlDescriptions.Of(type);
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            Add(new EnumValueDefinition(ConstantCase(field.Name), field.GetValue(null)) { Description = XmlDescriptions.Of(field) });
        }
    }

    /// <summary>A value as clients write it: <c>SlackAlert</c> is <c>SLACK_ALERT</c>.</summary>
    public static string ConstantCase(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
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

        protected override bool IsReadFromObject => false;

        protected override LambdaExpression BuildMemberInstanceExpression(MemberInfo memberInfo)
        {
            Expression<Func<IResolveFieldContext, T>> instance = context => context.RequestServices!.GetRequiredService<T>();
            return instance;
        }

        protected override IEnumerable<MemberInfo> GetRegisteredMembers() => base.GetRegisteredMembers().OfType<MethodInfo>();
    }
}
