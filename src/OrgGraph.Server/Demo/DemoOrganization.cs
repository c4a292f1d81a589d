using OrgGraph.Server.Authentication.Issuers;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Seeding;

namespace OrgGraph.Server.Demo;

/// <summary>What a fresh installation shows: an organization that looks alive, and who can sign in to it.</summary>
internal static class DemoOrganization
{
    public static readonly Guid Id = new("0198a000-ac3e-7000-8000-000000000001");

    public static readonly (string Email, string Role)[] SignIns =
    [
        ("olivia@acme.test", "an owner"),
        ("oscar@acme.test", "an owner"),
        ("eli@acme.test", "an engineer"),
        ("vera@acme.test", "a viewer"),
        ("nora@outside.test", "of no organization"),
        ("ines@outside.test", "invited"),
    ];

    public static SeedPlan Plan { get; } = new(Id, "Acme")
    {
        Members =
        [
            new(PersonOf("olivia@acme.test"), ["Owners"]),
            new(PersonOf("oscar@acme.test"), ["Owners"]),
            new(PersonOf("eli@acme.test"), ["Engineers", "Release managers"]),
            new(PersonOf("vera@acme.test"), ["Viewers"]),
        ],
        Groups =
        [
            new("Release managers", "Decide what goes to production.", ManagesSettings: true),
            new("Auditors", "May read the audit log; release managers are included.", Includes: ["Release managers"], ReadsAuditLog: true),
        ],
        ApiKeys = [new("Continuous integration", "olivia@acme.test"), new("Notebook", "eli@acme.test")],
        ServiceAccounts = [new("Evaluation runner", ["Engineers"], "Nightly run")],
        Projects = ["Support bot", "Search ranking"],
        Environments = ["production", "staging", "dev"],
        AiProviders = [new("openai", "demo-key-that-opens-nothing-at-openai-0001"), new("anthropic", "demo-key-that-opens-nothing-at-anthropic-0002", "Support bot")],
        Invitations = [new("ines@outside.test", "Engineers")],
    };

    /// <summary>A person as the demo issuer tells it, so that their first sign-in finds them.</summary>
    public static PersonIdentity PersonOf(string email)
    {
        var person = DemoPerson.Of(email)!;
        return new PersonIdentity(DemoIssuer.Name, person.Email, person.DisplayName ?? person.Email, person.Email, person.Email, person.GivenName, person.FamilyName, null);
    }
}
