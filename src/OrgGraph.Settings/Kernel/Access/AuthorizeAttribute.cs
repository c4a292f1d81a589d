using GraphQL;
using GraphQL.Resolvers;
using GraphQL.Types;
using GraphQL.Utilities;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Kernel.Access;

/// <summary>Who may use the field. The directive that this prints into the schema is the enforcement itself.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property, AllowMultiple = true)]
public sealed class AuthorizeAttribute(Policy policy) : DirectiveAttribute(AuthorizeDirective.DirectiveName, AuthorizeDirective.ArgumentName, policy)
{
    public Policy Policy { get; } = policy;
}

/// <summary><c>directive @authorize(policy: Policy!) repeatable on FIELD_DEFINITION</c></summary>
internal sealed class AuthorizeDirective : Directive
{
    public const string DirectiveName = "authorize";
    public const string ArgumentName = "policy";

    public AuthorizeDirective()
        : base(DirectiveName, DirectiveLocation.FieldDefinition)
    {
        Description = "Who may use the field. All policies of a field must hold; otherwise it is null, with an error that says why.";
        Repeatable = true;
        Arguments = new QueryArguments(new QueryArgument<NonNullGraphType<EnumType<Policy>>>
        {
            Name = ArgumentName,
            Description = "The condition.",
        });
    }
}

/// <summary>Puts the guard around every field that carries the directive, so that the schema and the enforcement cannot differ.</summary>
internal sealed class AuthorizeVisitor(TimeProvider clock) : BaseSchemaNodeVisitor
{
    public override void VisitObjectFieldDefinition(FieldType field, IObjectGraphType type, ISchema schema)
    {
        if (FieldPolicies.Read(field) is { Length: > 0 } policies)
        {
            field.Metadata[FieldPolicies.Key] = policies;
            field.Resolver = new GuardedResolver(field.Resolver ?? NameFieldResolver.Instance, policies, clock);
        }
    }
}

internal static class FieldPolicies
{
    public const string Key = "orggraph:policies";

    public static Policy[] Of(FieldType field) => field.GetMetadata<Policy[]>(Key) ?? [];

    // FindAppliedDirective gives the first of a repeated directive only: all of them count.
    public static Policy[] Read(FieldType field) => field.GetAppliedDirectives() is not { } applied
        ? []
        : [.. applied.Where(directive => directive.Name == AuthorizeDirective.DirectiveName).Select(directive => (Policy)directive.FindArgument(AuthorizeDirective.ArgumentName)!.Value!)];

    /// <summary>Whether the policies are about the credential alone and need no organization.</summary>
    public static bool AreAboutCredential(Policy[] policies) => Array.TrueForAll(policies, policy => policy <= Policy.SessionOrServiceToken);
}

/// <summary>Checks the policies on the organization that the parent, the input or the argument names. What names none throws: it never means "allowed".</summary>
internal sealed class GuardedResolver(IFieldResolver inner, Policy[] policies, TimeProvider clock) : IFieldResolver
{
    private readonly bool _isAboutCredential = FieldPolicies.AreAboutCredential(policies);

    public ValueTask<object?> ResolveAsync(IResolveFieldContext context)
    {
        var request = context.Request();
        if (_isAboutCredential)
        {
            Policies.Check(policies, request.Caller, null, Scope.None, clock.GetUtcNow()).Require();
            return inner.ResolveAsync(context);
        }

        if (request.Caller.Principal is null)
        {
            Verdict.NotAuthenticated.Require();
        }

        var scope = ScopeOf(context);
        var loading = scope.OrganizationId is { } organization ? request.SnapshotAsync(organization) : default;
        if (!loading.IsCompletedSuccessfully)
        {
            return ResolveAsync(context, scope, loading);
        }

        Require(context, loading.Result, scope);
        return inner.ResolveAsync(context);
    }

    private async ValueTask<object?> ResolveAsync(IResolveFieldContext context, Scope scope, ValueTask<Snapshots.Snapshot?> loading)
    {
        Require(context, await loading, scope);
        return await inner.ResolveAsync(context);
    }

    private void Require(IResolveFieldContext context, Snapshots.Snapshot? snapshot, Scope scope)
    {
        var request = context.Request();
        var verdict = Policies.Check(policies, request.Caller, snapshot, scope, clock.GetUtcNow());
        if (verdict is Verdict.NotAuthorized or Verdict.SessionRequired && context.ParentType == context.Schema.Mutation)
        {
            request.Trail?.Denied(context, snapshot);
        }

        verdict.Require();
    }

    internal static Scope ScopeOf(IResolveFieldContext context)
    {
        if (context.Source is IScoped source)
        {
            var scope = source.Scope;
            return scope.OrganizationId is { } parent && context.Arguments is { } given && given.TryGetValue("resource", out var named) && named.Value is IResourceArgument resource
                ? scope with { Resource = resource.In(parent) }
                : scope;
        }

        if (context.Arguments is { } arguments)
        {
            if (arguments.TryGetValue("input", out var input) && input.Value is IScoped scoped)
            {
                return scoped.Scope;
            }

            if (arguments.TryGetValue("organizationId", out var organization))
            {
                var id = GlobalId.Parse(organization.Value?.ToString(), "organizationId");
                var project = arguments.TryGetValue("projectId", out var given) && given.Value is not null ? GlobalId.Parse(given.Value.ToString(), "projectId") : default;
                return new Scope(id.Type == NodeType.Organization ? id.Id : null, project.Type == NodeType.Project ? project.In(NodeType.Project, id.Id) : null);
            }
        }

        throw new InvalidOperationException($"{context.ParentType.Name}.{context.FieldDefinition.Name} is guarded, but nothing tells by which organization.");
    }
}
