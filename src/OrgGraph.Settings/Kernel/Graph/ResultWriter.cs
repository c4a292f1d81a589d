using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using GraphQL;
using GraphQL.Execution;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Writes results as UTF-8 JSON straight from the execution tree.</summary>
internal static class ResultWriter
{
    // The answer is application/json and never part of HTML: escaping more than JSON asks for only costs bytes.
    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static readonly JsonWriterOptions Options = new() { Encoder = Encoder, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(ExecutionResult result)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            if (result.Errors is { Count: > 0 } errors)
            {
                WriteErrors(writer, errors);
            }

            if (result.Executed)
            {
                writer.WritePropertyName("data");
                if (result.Data is RootExecutionNode root)
                {
                    WriteObject(writer, root);
                }
                else
                {
                    writer.WriteNullValue();
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A result that is one error.</summary>
    /// <param name="withData">Whether it was executed: then <c>data</c> is null rather than absent.</param>
    public static ReadOnlyMemory<byte> Write(ExecutionError error, bool withData) => Write(new ExecutionResult { Errors = [error], Executed = withData });

    private static void WriteNode(Utf8JsonWriter writer, ExecutionNode node)
    {
        if (node.Result is null)
        {
            writer.WriteNullValue();
            return;
        }

        switch (node)
        {
            case PlannedLeaf leaf:
                WriteValue(writer, leaf.Result);
                break;
            case ObjectExecutionNode inner:
                WriteObject(writer, inner);
                break;
            case ArrayExecutionNode { Items: { } items }:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    WriteNode(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                WriteValue(writer, node.ToValue());
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, ObjectExecutionNode node)
    {
        if (node.SubFields is not { } fields)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        foreach (var field in fields)
        {
            writer.WritePropertyName(((IPlannedNode)field).Planned.JsonName);
            WriteNode(writer, field);
        }

        writer.WriteEndObject();
    }

    private static void WriteErrors(Utf8JsonWriter writer, ExecutionErrors errors)
    {
        writer.WriteStartArray("errors");
        foreach (var error in errors)
        {
            writer.WriteStartObject();
            writer.WriteString("message", error.Message);
            if (error.Locations is { Count: > 0 } locations)
            {
                writer.WriteStartArray("locations");
                foreach (var location in locations)
                {
                    writer.WriteStartObject();
                    writer.WriteNumber("line", location.Line);
                    writer.WriteNumber("column", location.Column);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            if (error.Path is { } path)
            {
                writer.WritePropertyName("path");
                WriteValue(writer, path);
            }

            writer.WriteStartObject("extensions");
            writer.WriteString("code", error.Code ?? Errors.RequestErrorCodes.BadUserInput);
            foreach (var extension in error.Extensions ?? [])
            {
                writer.WritePropertyName(extension.Key);
                WriteValue(writer, extension.Value);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case JsonElement json:
                json.WriteTo(writer);
                break;
            case IReadOnlyDictionary<string, object?> map:
                WriteMap(writer, map);
                break;
            case System.Collections.IEnumerable list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    WriteValue(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                JsonSerializer.Serialize(writer, value);
                break;
        }
    }

    private static void WriteMap(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> map)
    {
        writer.WriteStartObject();
        foreach (var (name, item) in map)
        {
            writer.WritePropertyName(name);
            WriteValue(writer, item);
        }

        writer.WriteEndObject();
    }
}
