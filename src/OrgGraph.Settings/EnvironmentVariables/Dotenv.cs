using System.Text;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>An assignment of a .env text, or a line that is none.</summary>
/// <param name="Line">Where it begins, counted from 1.</param>
/// <param name="Name">Null: there is no name that could be one.</param>
/// <param name="Value">Null: the line is no good.</param>
/// <param name="Problem">Why not, as a sentence that quotes nothing of the line: it may be a secret that was pasted into the wrong place.</param>
internal sealed record DotenvLine(int Line, string? Name, string? Value, string? Problem);

/// <summary>
/// Reads a .env text in one pass: names and values, an <c>export</c> before, comments, single and double quotes, over several lines too.
/// Nothing is expanded: a dollar is a dollar.
/// </summary>
internal ref struct Dotenv
{
    private const char ByteOrderMark = '\uFEFF';

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _line = 1;

    private Dotenv(ReadOnlySpan<char> text) => _text = text;

    /// <summary>The assignments and the bad lines, in order; blank lines and comments are left out.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="most">Reading ends after so many.</param>
    public static List<DotenvLine> Read(string text, int most)
    {
        var reader = new Dotenv(text.AsSpan().TrimStart(ByteOrderMark));
        var lines = new List<DotenvLine>();
        while (lines.Count < most && reader.SkipToContent())
        {
            lines.Add(reader.ReadLine());
        }

        return lines;
    }

    private readonly bool IsAtEnd => _at >= _text.Length;

    private readonly bool IsAtLineEnd => IsAtEnd || _text[_at] is '\n' or '\r';

    private readonly bool IsAtBlank => !IsAtEnd && IsBlank(_text[_at]);

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\v' or '\f';

    // Past blank lines and comments; false at the end.
    private bool SkipToContent()
    {
        while (!IsAtEnd)
        {
            SkipBlanks();
            if (!IsAtLineEnd && _text[_at] != '#')
            {
                return true;
            }

            SkipLine();
        }

        return false;
    }

    private DotenvLine ReadLine()
    {
        var line = _line;
        var name = ReadName();
        if (name is null)
        {
            SkipLine();
            return new DotenvLine(line, null, null, "There is no equals sign after a name.");
        }

        SkipBlanks();
        var (value, problem) = IsAtEnd || _text[_at] is not ('"' or '\'') ? (ReadUnquoted(), null) : ReadQuoted(_text[_at]);
        SkipLine();
        problem = VariableTexts.WhyNotName(name) ?? problem ?? VariableTexts.WhyNotValue(value!);
        return new DotenvLine(line, VariableTexts.IsName(name) ? name : null, problem is null ? value : null, problem);
    }

    // Up to and with the equals sign; null when there is none.
    private string? ReadName()
    {
        var word = ReadWord();
        var hadBlanks = SkipBlanks();
        if (word is "export" && hadBlanks && !IsAtLineEnd && _text[_at] != '=')
        {
            word = ReadWord();
            SkipBlanks();
        }

        if (IsAtLineEnd || _text[_at] != '=')
        {
            return null;
        }

        _at++;
        return word.ToString();
    }

    private ReadOnlySpan<char> ReadWord()
    {
        var start = _at;
        while (!IsAtLineEnd && !IsAtBlank && _text[_at] != '=')
        {
            _at++;
        }

        return _text[start.._at];
    }

    // To the end of the line, or to a comment: a number sign after a blank.
    private string ReadUnquoted()
    {
        var start = _at;
        while (!IsAtLineEnd && !(_text[_at] == '#' && IsBlank(_text[_at - 1])))
        {
            _at++;
        }

        return _text[start.._at].TrimEnd(" \t\v\f").ToString();
    }

    private (string? Value, string? Problem) ReadQuoted(char quote)
    {
        _at++;
        var value = new StringBuilder();
        while (!IsAtEnd && _text[_at] != quote)
        {
            value.Append(quote == '"' && _text[_at] == '\\' ? ReadEscape() : ReadCharacter());
        }

        if (IsAtEnd)
        {
            return (null, "The quote that opens here is not closed, so that nothing after it could be read.");
        }

        _at++;
        SkipBlanks();
        return IsAtLineEnd || _text[_at] == '#' ? (value.ToString(), null) : (null, "Something follows the closing quote.");
    }

    private char ReadCharacter()
    {
        var c = _text[_at++];
        if (c == '\n' || (c == '\r' && (IsAtEnd || _text[_at] != '\n')))
        {
            _line++;
        }

        return c;
    }

    // Of what means nothing after a backslash the backslash stays.
    private char ReadEscape()
    {
        var escaped = _at + 1 < _text.Length ? _text[_at + 1] switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\b',
            'f' => '\f',
            'v' => '\v',
            '"' or '\'' or '\\' or '$' or '`' => _text[_at + 1],
            _ => (char?)null,
        }
        : null;
        _at += escaped is null ? 1 : 2;
        return escaped ?? '\\';
    }

    private bool SkipBlanks()
    {
        var start = _at;
        while (IsAtBlank)
        {
            _at++;
        }

        return _at > start;
    }

    private void SkipLine()
    {
        while (!IsAtLineEnd)
        {
            _at++;
        }

        if (!IsAtEnd && ReadCharacter() == '\r' && !IsAtEnd && _text[_at] == '\n')
        {
            ReadCharacter();
        }
    }
}
