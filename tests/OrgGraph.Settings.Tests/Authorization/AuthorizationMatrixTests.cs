using OrgGraph.Settings.Tests.Schema;

namespace OrgGraph.Settings.Tests.Authorization;

/// <summary>Every operation and every guarded field, as asked for by everybody. The rows come from the schema: a new field without one fails.</summary>
public sealed class AuthorizationMatrixTests(Cast cast) : IClassFixture<Cast>
{
    private static readonly string[] Roots = ["Query", "Mutation", "Subscription"];

    /// <summary>Whoever is allowed to do these is another caller afterwards: they get a server of their own.</summary>
    private static readonly string[] Upsetting = ["Mutation.leaveOrganization", "Mutation.requestOrganizationDeletion"];

    private static readonly Dictionary<string, string[]> Policies = PrintedSchema.FieldsOf(PrintedSchema.Document)
        .Where(field => Roots.Contains(field.Type) || field.Policies.Length > 0)
        .ToDictionary(field => $"{field.Type}.{field.Field.Name.StringValue}", field => field.Policies);

    public static TheoryData<string> Fields => [.. Policies.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Answer_is_what_the_policies_say_when_anybody_asks(string field)
    {
        if (!Upsetting.Contains(field))
        {
            await TryAllAsync(cast, field);
            return;
        }

        var own = new Cast();
        await own.InitializeAsync();
        try
        {
            await TryAllAsync(own, field);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Answer_is_as_for_a_stranger_when_the_organization_is_another_tenants(string field)
    {
        var sample = await MatrixRows.MakeAsync(field, cast.Foreign);
        var isChanging = field.StartsWith("Mutation.", StringComparison.Ordinal) && Policies[field].All(policy => policy is "AUTHENTICATED" or "SESSION");
        var before = await DatabaseDump.ReadAsync(cast.App);
        foreach (var who in Enum.GetValues<Who>().Where(who => who is not Who.Outsider && !(isChanging && Held.Refusal(who, Policies[field], isForeign: true) is null)))
        {
            Assert.Equal((who, Expected(who, field, isForeign: true)), (who, await CodeAsync(cast, who, field, sample)));
        }

        Assert.Equal(before, await DatabaseDump.ReadAsync(cast.App));
    }

    private static async Task TryAllAsync(Cast cast, string field)
    {
        var refused = Enum.GetValues<Who>().Where(who => Expected(who, field, isForeign: false) is not null).ToArray();
        var sample = await MatrixRows.MakeAsync(field, cast.Own);
        var before = await DatabaseDump.ReadAsync(cast.App);
        foreach (var who in refused)
        {
            Assert.Equal((who, Expected(who, field, isForeign: false)), (who, await CodeAsync(cast, who, field, sample)));
        }

        Assert.Equal(before, await DatabaseDump.ReadAsync(cast.App));
        foreach (var who in Enum.GetValues<Who>().Except(refused))
        {
            Assert.Equal((who, null), (who, await CodeAsync(cast, who, field, await MatrixRows.MakeAsync(field, cast.Own))));
        }
    }

    // A field inside an organization is reached through Query.organization, which is null without an error for who does not belong to it; one
    // of the run time through Query.runtime, which is refused.
    private static string? Expected(Who who, string field, bool isForeign)
    {
        if (Roots.Contains(field.Split('.')[0]))
        {
            return Held.Refusal(who, Policies[field], isForeign);
        }

        var door = field.StartsWith("Runtime.", StringComparison.Ordinal) ? "Query.runtime" : "Query.organization";
        return Held.Refusal(who, Policies[door], isForeign) ?? (Held.IsMember(who) && !isForeign ? Held.Refusal(who, Policies[field], isForeign) : null);
    }

    private static async Task<string?> CodeAsync(Cast cast, Who who, string field, Sample sample)
    {
        // A credential that is no good opens no stream: its refusal is the request's own.
        if (field.StartsWith("Subscription.", StringComparison.Ordinal) && who != Who.RevokedKey)
        {
            await using var reader = await cast[who].SubscribeAsync(sample.Document, sample.Variables);
            var first = await reader.NextAsync();
            var code = first.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("extensions").GetProperty("code").GetString() : null;
            // The audit log's stream has no StreamReset: a cursor of no use is an error there, but not one of rights.
            return code == "BAD_USER_INPUT" ? null : code;
        }

        var answer = await cast[who].SendAsync(sample.Document, sample.Variables);
        Assert.True(answer.Errors is null || answer.Codes.Distinct().Count() == 1, answer.Text);
        return answer.Codes.FirstOrDefault();
    }
}
