using System.Text;
using System.Text.RegularExpressions;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>What names and values of variables may be. Nothing that is told here quotes what was given.</summary>
internal static partial class VariableTexts
{
    public const int MaxValueBytes = 64 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>By these a process finds its code or loads what it did not ask for: whoever sets them runs what they like in it.</summary>
    private static readonly string[] Reserved = ["PATH", "NODE_OPTIONS"];

    private static readonly string[] ReservedPrefixes = ["LD_", "DYLD_", "DOTNET_", "COMPLUS_", "CORECLR_"];

    public static bool IsName(string text) => NameForm().IsMatch(text);

    // Where names are compared without case it must not matter how they are written.
    public static bool IsReserved(string name) =>
        Reserved.Contains(name, StringComparer.OrdinalIgnoreCase) || ReservedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>What is wrong with a name, as a sentence; null: nothing.</summary>
    public static string? WhyNotName(string name) =>
        !IsName(name) ? "A name is 1 to 128 letters a to z, digits and underscores, in either case, and does not begin with a digit."
        : IsReserved(name) ? "The name is reserved: PATH, NODE_OPTIONS, and names that begin with LD_, DYLD_, DOTNET_, COMPlus_ or CORECLR_ steer the process itself."
        : null;

    /// <summary>What is wrong with a value, as a sentence; null: nothing.</summary>
    public static string? WhyNotValue(string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
        {
            return "The value holds a NUL character, with which no environment variable can be set.";
        }

        try
        {
            return StrictUtf8.GetByteCount(value) > MaxValueBytes ? $"The value is longer than {MaxValueBytes / 1024} KiB in UTF-8." : null;
        }
        catch (EncoderFallbackException)
        {
            return "The value is not valid Unicode.";
        }
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();
}

/// <summary>Whose variables an input is about: whose rights count, and where variables are looked for.</summary>
internal static class VariableScope
{
    /// <summary>
    /// What an input with a place is about. A project that cannot be of the organization is nobody's: it is refused by the decision, like
    /// one that is not there, rather than taken for the organization itself.
    /// </summary>
    public static Scope Of(string organizationId, string? projectId)
    {
        var scope = OrganizationScope.Of(organizationId);
        return projectId is null ? scope : scope with { ProjectId = GlobalId.Parse(projectId, "projectId").In(NodeType.Project, scope.OrganizationId ?? default) ?? Guid.Empty };
    }

    /// <summary>What a variable that an id names is about. One that is not there is of nobody's project, and answered alike.</summary>
    public static Func<Kernel.Snapshots.Snapshot, Guid?> ProjectOf(string environmentVariableId)
    {
        var id = GlobalId.Parse(environmentVariableId, "environmentVariableId");
        return snapshot => id.In(NodeType.EnvironmentVariable, snapshot.OrganizationId) is { } known && ((OrganizationSnapshot)snapshot).EnvironmentVariables[known] is { } variable
            ? variable.ProjectId
            : Guid.Empty;
    }

    /// <summary>The variable that an id names, if the caller may know of it.</summary>
    public static EnvironmentVariableSnapshot? Find(Decision decision, string environmentVariableId)
    {
        var organization = decision.Organization();
        return GlobalId.Parse(environmentVariableId, "environmentVariableId").In(NodeType.EnvironmentVariable, organization.OrganizationId) is { } id
            && organization.EnvironmentVariables[id] is { } variable
            && EnvironmentVariable.CanSee(organization, decision.Caller, variable.ProjectId)
                ? variable
                : null;
    }

    /// <summary>The place that an input names, if the caller may read the project.</summary>
    public static (VariablePlace Place, UserError? Error) PlaceOf(Decision decision, string? projectId, string? functionId)
    {
        if (functionId is not null && (projectId is null ? new ValidationError("A function is in a project: pass its projectId too.", "functionId") : InputRules.PlatformId(functionId, "functionId")) is { } invalid)
        {
            return (default, invalid);
        }

        return projectId is null ? (VariablePlace.Organization, null)
            : ReadableProject.Find(decision, projectId, "projectId") is { } project ? (new VariablePlace(project.Id, functionId), null)
            : (default, NotFoundError.Of("project", "projectId"));
    }

    /// <summary>The refusal of more variables at a place than it may hold.</summary>
    public static LimitReachedError? Full(OrganizationSnapshot organization, SettingsLimits limits, VariablePlace place, int more) =>
        more > 0 && limits.EnvironmentVariables > 0 && organization.EnvironmentVariables.At(place).Count() + more > limits.EnvironmentVariables
            ? new LimitReachedError($"The {PlaceName(place)} holds at most {limits.EnvironmentVariables} environment variables.", limits.EnvironmentVariables)
            : null;

    private static string PlaceName(VariablePlace place) => place.Scope switch
    {
        SettingScope.Function => "function",
        SettingScope.Project => "project",
        _ => "organization",
    };
}
