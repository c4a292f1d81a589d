using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.EnvironmentVariables;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Runtime;

/// <summary>A variable with its value, for a program's environment.</summary>
[Name("ResolvedVariable")]
public sealed class ResolvedVariable
{
    private readonly EnvironmentVariableSnapshot _variable;
    private readonly Secret _value;

    internal ResolvedVariable(EnvironmentVariableSnapshot variable, Secret value) => (_variable, _value) = (variable, value);

    /// <summary>Its name.</summary>
    public string Name => _variable.Name;

    /// <summary>Its value, byte for byte.</summary>
    public string Value => _value.Reveal();

    /// <summary>From which scope it is: the narrowest that has the name.</summary>
    public SettingScope Source => _variable.Place.Scope;
}

/// <summary>Which environment a program starts with.</summary>
public sealed class RuntimeEnvironmentVariables
{
    private const string Action = "environmentVariable.resolved";

    private readonly VariableValues _values;
    private readonly SecretHandOut _handOut;

    internal RuntimeEnvironmentVariables(VariableValues values, SecretHandOut handOut) => (_values, _handOut) = (values, handOut);

    /// <summary>
    /// The environment variables with their values, by name: a function's over the project's over the organization's. Each resolution is
    /// audited, at most once a minute for a variable and caller.
    /// </summary>
    /// <param name="functionId">The prompt, scorer or tool that starts, by the platform's own id: needs a project. Left out: those for all functions.</param>
    [Authorize(Policy.ResolveSecrets)]
    public async Task<IEnumerable<ResolvedVariable>?> EnvironmentVariablesAsync(IResolveFieldContext context, [Parent] Runtime runtime, [Id] string? functionId)
    {
        var place = PlaceOf(runtime, functionId);
        var request = context.Request();
        return await _handOut.HandOutAsync(runtime, request, NodeType.EnvironmentVariable, Action, (organization, opened) => OpenAsync(organization, place, opened, request.Cancellation));
    }

    private async Task<IReadOnlyList<Opened<ResolvedVariable>>?> OpenAsync(
        OrganizationSnapshot organization, VariablePlace place, Dictionary<Guid, Secret> opened, CancellationToken cancellation)
    {
        var variables = organization.EnvironmentVariables.EffectiveAt(place).Select(one => one.Variable).ToList();
        return await _values.OpenMoreAsync(organization.OrganizationId, variables, opened, cancellation)
            ? variables.ConvertAll(one => new Opened<ResolvedVariable>(one.Id, one.Name, one.ProjectId, new ResolvedVariable(one, opened[one.SecretId])))
            : null;
    }

    private static VariablePlace PlaceOf(Runtime runtime, string? functionId)
    {
        if (functionId is not null && runtime.Scope.ProjectId is null)
        {
            throw RequestFault.BadInput("A function is in a project: pass its projectId to runtime too.");
        }

        return functionId is not null && InputRules.PlatformId(functionId, "functionId") is { } invalid
            ? throw RequestFault.BadInput(invalid.Message)
            : new VariablePlace(runtime.Scope.ProjectId, functionId);
    }
}
