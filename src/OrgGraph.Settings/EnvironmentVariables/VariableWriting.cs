using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>How variables are written, and values come to them and go with them.</summary>
internal static class VariableWriting
{
    /// <summary>A new variable, without name and value yet.</summary>
    public static EnvironmentVariableSnapshot New(Decision decision, VariablePlace place) =>
        new(decision.NewId(), 0, place.ProjectId, place.FunctionId, "", null, IsSensitive: true, Guid.Empty, "", decision.Now, decision.Now, null);

    /// <summary>Stores the value, erases the one before.</summary>
    public static EnvironmentVariableSnapshot WithValue(Decision decision, EnvironmentVariableSnapshot variable, SealedWrite value, string text)
    {
        decision.Keep(value);
        Erase(decision, variable);
        return variable with { SecretId = value.SecretId, Preview = SecretPreview.Of(text), ValueUpdatedAt = decision.Now, ValueUpdatedBy = decision.Caller.Principal };
    }

    /// <summary>Writes the variable and tells of it.</summary>
    public static void Write(Decision decision, EnvironmentVariableSnapshot variable, bool isNew, bool valueChanged)
    {
        decision.Put(EnvironmentVariableRow.Table, variable.ToRow(decision.Before.OrganizationId));
        decision.Raise(
            isNew ? new EnvironmentVariableCreated(variable.Id, variable.ProjectId) : new EnvironmentVariableUpdated(variable.Id, variable.ProjectId, valueChanged), variable.Name);
    }

    /// <summary>Erases the value, where there is one.</summary>
    public static void Erase(Decision decision, EnvironmentVariableSnapshot variable)
    {
        if (variable.SecretId != Guid.Empty)
        {
            decision.Erase(variable.SecretId);
        }
    }
}
