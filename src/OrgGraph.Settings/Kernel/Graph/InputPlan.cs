using GraphQL.Execution;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// Which variables and arguments one operation of a validated document reads. The engine walks the whole document for them at each
/// execution; this reads them from a list. What is not a plain scalar, or is wrong, is left to the engine, which words the errors.
/// </summary>
internal sealed class InputPlan
{
    /// <summary>Of an operation that the engine must read each time.</summary>
    public static readonly InputPlan None = new([], []);

    private readonly PlannedVariable[] _variables;
    private readonly (GraphQLField Field, FieldType Definition)[] _fields;

    private InputPlan(PlannedVariable[] variables, (GraphQLField Field, FieldType Definition)[] fields)
    {
        _variables = variables;
        _fields = fields;
    }

    /// <summary>The plan of an operation, from what the engine found at its first execution.</summary>
    /// <param name="definitions">Of all fields of the document that have arguments.</param>
    /// <param name="found">The fields with arguments that the operation reaches.</param>
    public static InputPlan Of(
        GraphQLOperationDefinition operation, ISchema schema, Dictionary<GraphQLField, FieldType> definitions, IReadOnlyDictionary<GraphQLField, IDictionary<string, ArgumentValue>>? found)
    {
        var variables = new List<PlannedVariable>();
        foreach (var variable in operation.Variables?.Items ?? [])
        {
            var type = variable.Type.GraphTypeFromType(schema);
            if (variable.DefaultValue is not null || PlannedField.Nullable(type!) is not ScalarGraphType scalar)
            {
                return None;
            }

            variables.Add(new PlannedVariable(variable, variable.Variable.Name.StringValue, scalar, type is NonNullGraphType));
        }

        return new InputPlan([.. variables], [.. (found?.Keys ?? []).Select(field => (field, definitions[field]))]);
    }

    /// <summary>Reads the variables and arguments of one execution; null when the engine must.</summary>
    public IValidationResult? Read(in ValidationOptions options)
    {
        if (this == None || ReadVariables(options.Variables) is not { } variables)
        {
            return null;
        }

        try
        {
            var arguments = new Dictionary<GraphQLField, IDictionary<string, ArgumentValue>>(_fields.Length);
            foreach (var (field, definition) in _fields)
            {
                if (ExecutionHelper.GetArguments(definition.Arguments, field.Arguments, variables, options.Document, field, directive: null) is { } values)
                {
                    arguments.Add(field, values);
                }
            }

            return new ValidationResult { Variables = variables, ArgumentValues = arguments };
        }
        catch (GraphQL.ExecutionError)
        {
            return null;
        }
    }

    private Variables? ReadVariables(IReadOnlyDictionary<string, object?> given)
    {
        if (_variables.Length == 0)
        {
            return Variables.None;
        }

        var variables = new Variables();
        foreach (var (definition, name, scalar, isRequired) in _variables)
        {
            var variable = new Variable(name, definition);
            if (given.TryGetValue(name, out var value))
            {
                // Whether null may stand here depends on where it is used.
                if (value is null || Parse(scalar, value) is not { } parsed)
                {
                    return null;
                }

                variable.Value = parsed;
            }
            else if (isRequired)
            {
                return null;
            }

            variables.Add(variable);
        }

        return variables;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Scalars refuse by any exception; the engine tells it.")]
    private static object? Parse(ScalarGraphType scalar, object value)
    {
        try
        {
            return scalar.ParseValue(value);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private sealed record PlannedVariable(GraphQLVariableDefinition Definition, string Name, ScalarGraphType Scalar, bool IsRequired);
}
