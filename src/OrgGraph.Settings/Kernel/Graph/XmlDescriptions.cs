using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// Doc comments as the schema's descriptions. Read once into a dictionary: the engine's own reader searches the whole file for each
/// member, which makes a start seconds longer.
/// </summary>
internal static partial class XmlDescriptions
{
    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, string>> Files = [];

    public static string? Of(Type type) => Find(type.Assembly, "T:" + NameOf(type));

    public static string? Of(MemberInfo member) => member.DeclaringType is not { IsGenericType: false } type
        ? null
        : Find(type.Assembly, $"{(member is MethodInfo ? 'M' : member is FieldInfo ? 'F' : 'P')}:{NameOf(type)}.{member.Name}");

    public static string? Of(ParameterInfo parameter) => parameter.Member.DeclaringType is not { IsGenericType: false } type
        ? null
        : Find(type.Assembly, $"M:{NameOf(type)}.{parameter.Member.Name}#{parameter.Name}");

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string? Find(Assembly assembly, string key) => Files.GetOrAdd(assembly, Read).GetValueOrDefault(key);

    // Methods that are GraphQL fields have no overloads, so the parameter list of their names is left out.
    private static Dictionary<string, string> Read(Assembly assembly)
    {
        var found = new Dictionary<string, string>();
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(file))
        {
            return found;
        }

        using var reader = XmlReader.Create(file, new XmlReaderSettings { IgnoreComments = true });
        var member = "";
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (reader.Name)
            {
                case "member":
                    member = reader.GetAttribute("name")!.Split('(')[0];
                    break;
                case "summary":
                    found[member] = Text(reader);
                    break;
                case "param":
                    found[$"{member}#{reader.GetAttribute("name")}"] = Text(reader);
                    break;
            }
        }

        return found;
    }

    private static string Text(XmlReader reader)
    {
        using var inner = reader.ReadSubtree();
        var text = new System.Text.StringBuilder();
        while (inner.Read())
        {
            text.Append(inner.NodeType switch
            {
                XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace => inner.Value,
                XmlNodeType.Element when inner.GetAttribute("cref") is { } reference => reference[(reference.LastIndexOf('.') + 1)..],
                _ => "",
            });
        }

        return Spaces().Replace(text.ToString(), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
