using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using GraphQLParser;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>A parsed document, and what was found out about it.</summary>
internal sealed class PreparedDocument(GraphQLDocument document, string hash, int length)
{
    public GraphQLDocument Document { get; } = document;

    /// <summary>SHA-256 of the text, for logs: the text itself is kept nowhere.</summary>
    public string Hash { get; } = hash;

    public int Length { get; } = length;

    /// <summary>Its operations have passed validation.</summary>
    public bool IsValidated { get; set; }

    /// <summary>A mutation with a string in its text may hold a secret: never kept.</summary>
    public bool MayBeKept { get; } = !document.Definitions.OfType<GraphQLOperationDefinition>().Any(operation => operation.Operation == OperationType.Mutation) || !HasString.In(document);

    /// <summary>It asks for the schema, anywhere in it. What a thing is called (<c>__typename</c>) is no secret.</summary>
    public bool Introspects { get; } = HasIntrospection.In(document);

    public GraphQLOperationDefinition? Operation(string? name)
    {
        var operations = Document.Definitions.OfType<GraphQLOperationDefinition>();
        return string.IsNullOrEmpty(name)
            ? operations.Take(2).Count() == 1 ? operations.First() : null
            : operations.FirstOrDefault(operation => operation.Name?.Value == name);
    }

    private sealed class HasIntrospection : GraphQLParser.Visitors.ASTVisitor<HasString.State>
    {
        public static bool In(GraphQLDocument document)
        {
            var state = new HasString.State();
            new HasIntrospection().VisitAsync(document, state).AsTask().GetAwaiter().GetResult();
            return state.Found;
        }

        protected override ValueTask VisitFieldAsync(GraphQLField field, HasString.State context)
        {
            context.Found |= field.Name.Value == "__schema" || field.Name.Value == "__type";
            return base.VisitFieldAsync(field, context);
        }
    }

    private sealed class HasString : GraphQLParser.Visitors.ASTVisitor<HasString.State>
    {
        public static bool In(GraphQLDocument document)
        {
            var state = new State();
            new HasString().VisitAsync(document, state).AsTask().GetAwaiter().GetResult();
            return state.Found;
        }

        protected override ValueTask VisitStringValueAsync(GraphQLStringValue stringValue, State context)
        {
            context.Found = true;
            return default;
        }

        internal sealed class State : GraphQLParser.Visitors.IASTVisitorContext
        {
            public bool Found { get; set; }

            public CancellationToken CancellationToken => default;
        }
    }
}

/// <summary>Parsed documents by the hash of their text, bounded by number and by bytes; the older half goes when it is full.</summary>
internal sealed class DocumentCache
{
    private const int MaxDocuments = 1000;
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private ConcurrentDictionary<UInt128, PreparedDocument> _young = [];
    private ConcurrentDictionary<UInt128, PreparedDocument> _old = [];
    private int _bytes;

    /// <summary>Parses and guards, or finds what was parsed before.</summary>
    /// <exception cref="RequestFault">BAD_USER_INPUT: too large, too costly, or no GraphQL.</exception>
    public PreparedDocument Get(string text)
    {
        if (text.Length > DocumentGuard.MaxLength)
        {
            throw RequestFault.BadInput($"The document is longer than {DocumentGuard.MaxLength / 1024} KiB.");
        }

        Span<byte> hash = stackalloc byte[32];
        var bytes = System.Buffers.ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), hash);
        System.Buffers.ArrayPool<byte>.Shared.Return(bytes);
        var key = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
        if (_young.TryGetValue(key, out var known) || _old.TryGetValue(key, out known))
        {
            return known;
        }

        return Parse(text, Convert.ToHexStringLower(hash));
    }

    /// <summary>Keeps a document that has passed validation.</summary>
    public void Keep(PreparedDocument document)
    {
        document.IsValidated = true;
        if (!document.MayBeKept)
        {
            return;
        }

        var key = UInt128.Parse(document.Hash.AsSpan(0, 32), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
        lock (_gate)
        {
            if (_young.Count >= MaxDocuments / 2 || _bytes >= MaxBytes / 2)
            {
                (_old, _young, _bytes) = (_young, [], 0);
            }

            if (_young.TryAdd(key, document))
            {
                _bytes += document.Length;
            }
        }
    }

    private static PreparedDocument Parse(string text, string hash)
    {
        try
        {
            var document = Parser.Parse(text, new ParserOptions { Ignore = IgnoreOptions.Comments, MaxDepth = 128 });
            DocumentGuard.Check(document);
            return new PreparedDocument(document, hash, text.Length);
        }
        catch (GraphQLParser.Exceptions.GraphQLSyntaxErrorException e)
        {
            throw RequestFault.BadInput($"The document is not GraphQL: {e.Description.TrimEnd('.')} (line {e.Location.Line}, column {e.Location.Column}).");
        }
        catch (GraphQLParser.Exceptions.GraphQLMaxDepthExceededException)
        {
            throw RequestFault.BadInput("The document is nested too deep.");
        }
    }
}
