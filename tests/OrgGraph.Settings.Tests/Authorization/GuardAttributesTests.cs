using System.Reflection;
using System.Text.RegularExpressions;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Tests.Schema;
using AuthorizeAttribute = OrgGraph.Settings.Kernel.Access.AuthorizeAttribute;

namespace OrgGraph.Settings.Tests.Authorization;

/// <summary>The attributes in the code, held against the contract without the schema in between: taking any one away turns a test red.</summary>
public sealed partial class GuardAttributesTests
{
    private static readonly IReadOnlyDictionary<string, string[]> InCode = ReadAttributes();

    private static readonly IReadOnlyDictionary<string, string[]> InContract = PrintedSchema.FieldsOf(PrintedSchema.Contract)
        .ToDictionary(field => $"{field.Type}.{field.Field.Name.StringValue}", field => field.Policies);

    [Fact]
    public void Attributes_are_those_of_the_contract() => Assert.Empty(Differences(InCode));

    [Fact]
    public void Fields_that_the_contract_guards_have_attributes_when_they_exist()
    {
        var existing = PrintedSchema.FieldsOf(PrintedSchema.Document).Select(field => $"{field.Type}.{field.Field.Name.StringValue}");

        Assert.Empty(existing.Where(field => InContract.GetValueOrDefault(field) is { Length: > 0 }).Except(InCode.Keys));
    }

    [Fact]
    public void Difference_is_found_when_any_one_attribute_is_taken_away()
    {
        Assert.NotEmpty(InCode);
        foreach (var (field, policies) in InCode)
        {
            foreach (var policy in policies)
            {
                Assert.Equal([field], Differences(new Dictionary<string, string[]>(InCode) { [field] = [.. policies.Except([policy])] }));
            }
        }
    }

    private static string[] Differences(IReadOnlyDictionary<string, string[]> code) =>
        [.. code.Where(guard => !guard.Value.Order(StringComparer.Ordinal).SequenceEqual((InContract.GetValueOrDefault(guard.Key) ?? []).Order(StringComparer.Ordinal))).Select(guard => guard.Key)];

    private static Dictionary<string, string[]> ReadAttributes()
    {
        var owners = SettingsAreas.All.SelectMany(area =>
            area.Queries.Select(type => ("Query", type))
                .Concat(area.Mutations.Select(type => ("Mutation", type)))
                .Concat(area.Subscriptions.Select(type => ("Subscription", type)))
                .Concat(area.Extensions.Select(extension => (NameOf(extension.Type), extension.Contributor)))
                .Concat(area.Types.Select(type => (NameOf(type), type))));
        return owners.SelectMany(owner => owner.Item2.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Select(member => (Field: $"{owner.Item1}.{FieldOf(member)}", Policies: member.GetCustomAttributes<AuthorizeAttribute>().Select(guard => Screaming(guard.Policy)).ToArray())))
            .Where(field => field.Policies.Length > 0)
            .ToDictionary(field => field.Field, field => field.Policies);
    }

    private static string NameOf(Type type) => type.GetCustomAttribute<NameAttribute>()?.Name ?? type.Name;

    private static string FieldOf(MemberInfo member)
    {
        var name = member.GetCustomAttribute<NameAttribute>()?.Name ?? (member.Name.EndsWith("Async", StringComparison.Ordinal) ? member.Name[..^5] : member.Name);
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static string Screaming(Policy policy) => WordStart().Replace(policy.ToString(), "_").ToUpperInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordStart();
}
