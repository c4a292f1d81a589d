using GraphQL.Types;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>The input of a mutation. It remembers which fields were sent: an omitted one leaves, an explicit null clears.</summary>
public abstract class MutationInput
{
    private IDictionary<string, object?> _given = new Dictionary<string, object?>();

    /// <summary>Whether the field was sent, be it as null.</summary>
    public bool Has(string field) => _given.ContainsKey(field);

    /// <summary>Whether the field was sent as null.</summary>
    public bool IsNull(string field) => _given.TryGetValue(field, out var value) && value is null;

    internal void Remember(IDictionary<string, object?> given) => _given = given;
}

/// <summary>An input type from a class. Methods and computed properties of the class are no fields.</summary>
internal sealed class InputType<T> : AutoRegisteringInputObjectGraphType<T>
{
    public override object ParseDictionary(IDictionary<string, object?> value)
    {
        var input = base.ParseDictionary(value);
        if (input is MutationInput mutation)
        {
            mutation.Remember(value);
        }

        return input;
    }

    protected override void ConfigureGraph()
    {
        base.ConfigureGraph();
        Name = typeof(T).Name;
        Description ??= XmlDescriptions.Of(typeof(T));
    }

    protected override FieldType? CreateField(System.Reflection.MemberInfo memberInfo)
    {
        var field = base.CreateField(memberInfo);
        field?.Description ??= XmlDescriptions.Of(memberInfo);
        return field;
    }

    protected override IEnumerable<System.Reflection.MemberInfo> GetRegisteredMembers() =>
        base.GetRegisteredMembers().Where(member => member is System.Reflection.PropertyInfo { SetMethod.IsPublic: true });
}
