using System.Text;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Environments;

/// <summary>The rules that several mutations of environments share.</summary>
internal static class EnvironmentRules
{
    public static EnvironmentSnapshot? Find(OrganizationSnapshot organization, string id) =>
        GlobalId.Parse(id, "environmentId").In(NodeType.Environment, organization.OrganizationId) is { } environment ? organization.Environments[environment] : null;

    public static ConflictError? Taken(OrganizationSnapshot organization, string name, string slug, Guid? except)
    {
        var normalized = InputRules.Normalize(name);
        var others = organization.Environments.All.Where(other => other.Id != except).ToList();
        return others.Exists(other => other.NormalizedName == normalized) ? new ConflictError("An environment of that name exists. Choose another one.", null, "name")
            : others.Exists(other => other.Slug == slug) ? new ConflictError($"The slug {slug} belongs to another environment. Choose another one.", null, "slug")
            : null;
    }
}

/// <summary>What slugs look like, and how one comes from a name.</summary>
internal static class Slugs
{
    public const int MaxLength = 256;

    /// <summary>Lower case, every run of other characters a hyphen, none at the ends: "Test / Preview" is "test-preview".</summary>
    public static string Of(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var c in name.Trim().ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(c);
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().TrimEnd('-');
    }

    public static ValidationError? Check(string? given, string name, out string slug)
    {
        slug = given is null ? Of(name) : given.Trim().ToLowerInvariant();
        return slug.Length == 0 ? new ValidationError("No slug can be made of this name: pass one, of letters a to z, digits and hyphens.", given is null ? "name" : "slug")
            : slug.Length > MaxLength || slug != Of(slug) ? new ValidationError($"A slug is 1 to {MaxLength} letters a to z, digits and single hyphens, none at the ends.", "slug")
            : null;
    }
}
