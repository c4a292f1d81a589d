using GraphQL;
using OrgGraph.Settings.Kernel.Access;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>A variable that counts at a place.</summary>
/// <param name="Overrides">Those of the same name that it stands for there, the narrowest first.</param>
internal sealed record EffectiveVariable(EnvironmentVariableSnapshot Variable, IReadOnlyList<EnvironmentVariableSnapshot> Overrides);

/// <summary>Which variables a program finds in its environment: the one answer for pages and for the run time. Pure functions of a snapshot.</summary>
internal static class EffectiveVariables
{
    /// <summary>The function's over the project's over the organization's, one for each name, by name.</summary>
    public static IReadOnlyList<EffectiveVariable> Of(EnvironmentVariableSet variables, VariablePlace place)
    {
        var candidates = variables.At(VariablePlace.Organization);
        if (place.ProjectId is not null)
        {
            candidates = candidates.Concat(variables.At(place with { FunctionId = null }));
        }

        if (place.FunctionId is not null)
        {
            candidates = candidates.Concat(variables.At(place));
        }

        return
        [
            .. candidates.GroupBy(variable => variable.Name, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => group.OrderByDescending(variable => variable.Place.Scope).ToArray())
                .Select(group => new EffectiveVariable(group[0], group[1..])),
        ];
    }
}

/// <summary>A variable that a program finds in its environment.</summary>
[Name("EffectiveEnvironmentVariable")]
public sealed class EffectiveEnvironmentVariable
{
    private readonly Func<EnvironmentVariableSnapshot, EnvironmentVariable> _show;
    private readonly EffectiveVariable _effective;

    internal EffectiveEnvironmentVariable(EffectiveVariable effective, Func<EnvironmentVariableSnapshot, EnvironmentVariable> show) => (_effective, _show) = (effective, show);

    /// <summary>Its name.</summary>
    public string Name => _effective.Variable.Name;

    /// <summary>From which scope it is: the narrowest that has the name.</summary>
    public SettingScope Source => _effective.Variable.Place.Scope;

    /// <summary>The variable that counts.</summary>
    public EnvironmentVariable Variable => _show(_effective.Variable);

    /// <summary>Those of the same name in broader scopes, which do not count here: the narrowest first.</summary>
    public IEnumerable<EnvironmentVariable> Overrides => _effective.Overrides.Select(_show);
}
