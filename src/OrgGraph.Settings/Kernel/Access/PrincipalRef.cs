namespace OrgGraph.Settings.Kernel.Access;

/// <summary>What kind of principal acts.</summary>
public enum PrincipalKind : byte
{
    User = 1,
    ServiceAccount = 2,
}

/// <summary>A person, or a service account of one organization.</summary>
public readonly record struct PrincipalRef(PrincipalKind Kind, Guid Id)
{
    public static PrincipalRef User(Guid id) => new(PrincipalKind.User, id);

    public static PrincipalRef ServiceAccount(Guid id) => new(PrincipalKind.ServiceAccount, id);

    public override string ToString() => (Kind == PrincipalKind.User ? "u" : "s") + Id.ToString("N");

    public static PrincipalRef? Parse(string? text) => text is null
        ? null
        : new PrincipalRef(text[0] == 'u' ? PrincipalKind.User : PrincipalKind.ServiceAccount, Guid.ParseExact(text.AsSpan(1), "N"));
}
