using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using GraphQLParser;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Parsed documents by the hash of their text, bounded by number and by bytes; the half that was not asked for lately goes when it is full.</summary>
internal sealed class DocumentCache
{
    public const int MaxDocuments = 1000;
    public const int MaxBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    public int Count => _young.Documents.Count + _old.Documents.Count;

    /// <summary>What the documents take, as estimated from their length.</summary>
    public int Bytes => _young.Bytes + _old.Bytes;

    /// <summary>Parses and guards, or finds what was parsed before.</summary>
    /// <exception cref="RequestFault">BAD_USER_INPUT: too large, too costly, or no GraphQL.</exception>
    public PreparedDocument Get(string text)
    {
        if (text.Length > DocumentGuard.MaxLength)
        {
            // Before it is hashed.
            DocumentGuard.CheckText(text);
        }

        Span<byte> hash = stackalloc byte[32];
        var bytes = System.Buffers.ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), hash);
        System.Buffers.ArrayPool<byte>.Shared.Return(bytes);
        var key = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
        if (_young.Documents.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_old.Documents.TryGetValue(key, out known))
        {
            Keep(key, known);
            return known;
        }

        return Parse(text, key, Convert.ToHexStringLower(hash));
    }

    /// <summary>Keeps a document that has passed validation.</summary>
    public void Keep(PreparedDocument document)
    {
        document.IsValidated = true;
        if (document.MayBeKept)
        {
            Keep(document.Key, document);
        }
    }

    private void Keep(UInt128 key, PreparedDocument document)
    {
        lock (_gate)
        {
            if (_young.Documents.Count >= MaxDocuments / 2 || _young.Bytes + document.Bytes > MaxBytes / 2)
            {
                (_old, _young) = (_young, new Generation());
            }

            if (_young.Documents.TryAdd(key, document))
            {
                _young.Bytes += document.Bytes;
            }
        }
    }

    private static PreparedDocument Parse(string text, UInt128 key, string hash)
    {
        try
        {
            var tokens = DocumentGuard.CheckText(text);
            var document = Parser.Parse(text, new ParserOptions { Ignore = IgnoreOptions.Comments, MaxDepth = 128 });
            DocumentGuard.Check(document);
            return new PreparedDocument(document, key, hash, text.Length, tokens);
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

    private sealed class Generation
    {
        public ConcurrentDictionary<UInt128, PreparedDocument> Documents { get; } = [];

        public int Bytes { get; set; }
    }
}
