using System.Globalization;
using System.Text.Json;
using GraphQL.Types;
using GraphQLParser.AST;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>An e-mail address, as it is shown.</summary>
public readonly record struct EmailAddress(string Value)
{
    public override string ToString() => Value;
}

/// <summary>A JSON value, already written.</summary>
public readonly record struct JsonText(string Text);

internal sealed class DateTimeScalar : ScalarGraphType
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public DateTimeScalar()
    {
        Name = "DateTime";
        Description = "A moment, as RFC 3339 in UTC with milliseconds. An input needs Z or an offset.";
        this.SpecifiedBy("https://scalars.graphql.org/andimarek/date-time");
    }

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text => Parse((string)text.Value),
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null => null,
        string text => Parse(text),
        DateTimeOffset time => time,
        _ => ThrowValueConversionError(value),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        DateTimeOffset time => Text(time),
        _ => ThrowSerializationError(value),
    };

    // The round-trip format is made without reading a pattern; its first 23 characters end at the milliseconds.
    private static string Text(DateTimeOffset time)
    {
        Span<char> text = stackalloc char[28];
        time.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[23] = 'Z';
        return new string(text[..24]);
    }

    private object Parse(string text)
    {
        // Without an offset the same text means another moment on another machine.
        var hasOffset = text.Length > 10 && (text.EndsWith('Z') || text.EndsWith('z') || text.AsSpan(10).IndexOfAny('+', '-') >= 0);
        return hasOffset && text.Length <= 40 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds())
            : throw new FormatException("A DateTime looks like 2030-01-31T12:00:00Z and needs Z or an offset.");
    }
}

/// <summary>What is text on the wire and a type of its own in the schema.</summary>
internal abstract class TextScalar : ScalarGraphType
{
    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text => (string)text.Value,
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value is null or string ? value : ThrowValueConversionError(value);

    public override object? Serialize(object? value) => value?.ToString();
}

internal sealed class UrlScalar : TextScalar
{
    public UrlScalar()
    {
        Name = "URL";
        Description = "An absolute URL.";
        this.SpecifiedBy("https://url.spec.whatwg.org/");
    }

    public override object? Serialize(object? value) => value is Uri url ? url.AbsoluteUri : value?.ToString();
}

internal sealed class EmailAddressScalar : TextScalar
{
    public EmailAddressScalar()
    {
        Name = "EmailAddress";
        Description = "An e-mail address.";
        this.SpecifiedBy("https://html.spec.whatwg.org/#valid-e-mail-address");
    }
}

internal sealed class JsonScalar : ScalarGraphType
{
    public JsonScalar()
    {
        Name = "JSON";
        Description = "Any JSON value.";
        this.SpecifiedBy("https://www.rfc-editor.org/rfc/rfc8259");
    }

    public override object? ParseValue(object? value) => value;

    public override object? Serialize(object? value) => value is JsonText json ? JsonSerializer.Deserialize<JsonElement>(json.Text) : value;
}

/// <summary>The directive is not the engine's own, so it is declared here.</summary>
internal sealed class SpecifiedByDirective : Directive
{
    public SpecifiedByDirective()
        : base("specifiedBy", DirectiveLocation.Scalar)
    {
        Description = "Where the scalar is specified.";
        Arguments = new QueryArguments(new QueryArgument<NonNullGraphType<StringGraphType>> { Name = "url", Description = "The specification's address." });
    }
}

internal static class SpecifiedBys
{
    public static void SpecifiedBy(this ScalarGraphType scalar, string url) => GraphQL.DirectivesExtensions.ApplyDirective(scalar, "specifiedBy", "url", url);
}
