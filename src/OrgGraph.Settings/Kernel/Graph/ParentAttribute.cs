using GraphQL;
using GraphQL.Types;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>The parameter is the parent object, also where the method stands in another area's class.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ParentAttribute : GraphQLAttribute
{
    public override void Modify<TParameterType>(ArgumentInformation argumentInformation) =>
        argumentInformation.SetDelegate(context => (TParameterType)context.Source!);
}
