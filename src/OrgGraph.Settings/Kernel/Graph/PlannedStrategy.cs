using System.Collections;
using System.Diagnostics.CodeAnalysis;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQLParser.AST;
using ExecutionContext = GraphQL.Execution.ExecutionContext;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// Executes field after field, depth first, on planned selection sets. Answers come from a snapshot in this process, so a field is
/// nearly always done when its resolver returns: then no task is made for it. Everything else is the engine's own: resolvers,
/// arguments, errors and the rules about null.
/// </summary>
internal class PlannedStrategy : ExecutionStrategy
{
    public override Task ExecuteNodeTreeAsync(ExecutionContext context, ExecutionNode rootNode) => Children(context, rootNode) ?? Task.CompletedTask;

    protected override void SetSubFieldNodes(ExecutionContext context, ObjectExecutionNode parent)
    {
        var type = parent.GetObjectGraphType(context.Schema) ?? parent.GraphType;
        var fields = PlanOf(context, parent.SelectionSet!, type);
        ((RequestContext)context.UserContext).Bounds.Spend(fields.Length);
        var nodes = new ExecutionNode[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            nodes[i] = NodeOf(parent, fields[i].Type, fields[i], null);
        }

        parent.SubFields = nodes;
    }

    private PlannedField[] PlanOf(ExecutionContext context, GraphQLSelectionSet selection, IGraphType type)
    {
        var plans = ((RequestContext)context.UserContext).Plans;
        if (plans?.Find(selection, type) is { } known)
        {
            return known;
        }

        var collected = CollectFieldsFrom(context, type, selection, null);
        PlannedField[] fields = [.. collected.Values.Select(field => new PlannedField(field.field, field.fieldType))];

        // What the engine had to merge is made for this execution alone.
        if (plans is not null && Count(context, plans, selection, type) == fields.Length)
        {
            plans.Keep(selection, type, fields);
        }

        return fields;
    }

    private int Count(ExecutionContext context, SelectionPlans plans, GraphQLSelectionSet selection, IGraphType type) => selection.Selections.Sum(node => node switch
    {
        GraphQLInlineFragment { TypeCondition: { } condition } inline when !DoesFragmentConditionMatch(context, condition.Type.Name, type) => 0,
        GraphQLInlineFragment inline => Count(context, plans, inline.SelectionSet, type),
        GraphQLFragmentSpread spread => plans.Fragment(spread) is { } fragment && DoesFragmentConditionMatch(context, fragment.TypeCondition.Type.Name, type)
            ? Count(context, plans, fragment.SelectionSet, type)
            : 0,
        _ => 1,
    });

    private static ExecutionNode NodeOf(ExecutionNode parent, IGraphType type, PlannedField field, int? index) => type switch
    {
        ScalarGraphType scalar => new PlannedLeaf(parent, scalar, field, index),
        ListGraphType => new PlannedList(parent, type, field, index),
        _ => new PlannedObject(parent, type, field, index),
    };

    // Null: all is done. So the ordinary case makes no task.
    private Task? Children(ExecutionContext context, ExecutionNode parent) => parent switch
    {
        ObjectExecutionNode { SubFields: { } fields } => Fields(context, fields, 0),
        ArrayExecutionNode { Items: { } items } => Items(context, items, 0),
        _ => null,
    };

    private Task? Fields(ExecutionContext context, ExecutionNode[] fields, int from)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        for (var i = from; i < fields.Length; i++)
        {
            if (Field(context, fields[i]) is { IsCompletedSuccessfully: false } running)
            {
                return Then(running, () => Fields(context, fields, i + 1));
            }
        }

        return null;
    }

    private Task? Items(ExecutionContext context, List<ExecutionNode> items, int from)
    {
        for (var i = from; i < items.Count; i++)
        {
            if (Children(context, items[i]) is { IsCompletedSuccessfully: false } running)
            {
                return Then(running, () => Items(context, items, i + 1));
            }
        }

        return null;
    }

    private static async Task Then(Task running, Func<Task?> next)
    {
        await running;
        if (next() is { } rest)
        {
            await rest;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a resolver throws becomes the field's error.")]
    private Task? Field(ExecutionContext context, ExecutionNode node)
    {
        try
        {
            if (((IPlannedNode)node).Planned.Reader is { } reader && node.Source is { } source)
            {
                node.Result = reader.Read(source);
            }
            else
            {
                var resolving = SelectResolver(node, context).ResolveAsync(new ReadonlyResolveFieldContext(node, context));
                if (!resolving.IsCompletedSuccessfully)
                {
                    return FinishAsync(context, node, resolving);
                }

                node.Result = resolving.Result;
            }

            if (Complete(context, node) is { } completing)
            {
                return Then(completing, () => Children(context, node));
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (ExecutionError error)
        {
            SetNodeError(context, node, error);
            return null;
        }
        catch (Exception e)
        {
            return FailAsync(context, node, e);
        }

        return Children(context, node);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a resolver throws becomes the field's error.")]
    private async Task FinishAsync(ExecutionContext context, ExecutionNode node, ValueTask<object?> resolving)
    {
        try
        {
            node.Result = await resolving;
            await (Complete(context, node) ?? Task.CompletedTask);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (ExecutionError error)
        {
            SetNodeError(context, node, error);
            return;
        }
        catch (Exception e)
        {
            await FailAsync(context, node, e);
            return;
        }

        if (Children(context, node) is { } rest)
        {
            await rest;
        }
    }

    private async Task FailAsync(ExecutionContext context, ExecutionNode node, Exception error)
    {
        if (await ProcessNodeUnhandledExceptionAsync(context, node, error))
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        }
    }

    // Makes the value of a leaf, or the nodes below; what they hold is not resolved yet.
    private Task? Complete(ExecutionContext context, ExecutionNode node)
    {
        switch (node)
        {
            case PlannedLeaf leaf:
                if (node.Result is not null)
                {
                    node.Result = leaf.GraphType.Serialize(node.Result);
                }

                if (node.Result is null)
                {
                    ValidateNodeResult(context, node);
                }

                break;
            case PlannedList list:
                ValidateNodeResult(context, node);
                return SetItems(context, list);
            case PlannedObject inner:
                ValidateNodeResult(context, node);
                if (node.Result is not null)
                {
                    SetSubFieldNodes(context, inner);
                }

                break;
        }

        return null;
    }

    private Task? SetItems(ExecutionContext context, PlannedList list)
    {
        if (list.Result is null)
        {
            return null;
        }

        var wanted = ((ListGraphType)list.GraphType).ResolvedType!;
        var type = PlannedField.Nullable(wanted);
        var values = list.Result as IEnumerable ?? throw new InvalidOperationException($"{list.Name} is a list, but its resolver gave none.");
        if (type is ScalarGraphType scalar && scalar.CanSerializeList(values, wanted is not NonNullGraphType))
        {
            list.SerializedResult = scalar.SerializeList(values);
            return null;
        }

        Task? running = null;
        List<ExecutionNode> items = values is ICollection known ? new(known.Count) : [];
        if (values is IList indexed)
        {
            // Not enumerated: the arrays that the engine rents for introspection are longer than what they hold.
            for (var i = 0; i < indexed.Count; i++)
            {
                Add(indexed[i]);
            }
        }
        else
        {
            foreach (var value in values)
            {
                Add(value);
            }
        }

        list.Items = items;
        return running;

        void Add(object? value)
        {
            var item = NodeOf(list, type, list.Planned, items.Count);
            item.Result = value;
            items.Add(item);
            if (CompleteItem(context, item) is { } completing)
            {
                running = running is null ? completing : Task.WhenAll(running, completing);
            }
        }
    }

    // An item's own fault leaves the others as they are.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever is wrong with an item becomes its error.")]
    private Task? CompleteItem(ExecutionContext context, ExecutionNode item)
    {
        try
        {
            return Complete(context, item);
        }
        catch (ExecutionError error)
        {
            SetNodeError(context, item, error);
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException || !context.CancellationToken.IsCancellationRequested)
        {
            return FailAsync(context, item, e);
        }
    }
}
