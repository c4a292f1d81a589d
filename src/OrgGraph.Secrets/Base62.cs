using System.Buffers.Binary;

namespace OrgGraph.Secrets;

/// <summary>Fixed-width base62 numbers, most significant digit first, alphabet 0-9A-Za-z.</summary>
internal static class Base62
{
    public const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Bytes of a value: 256 bits.</summary>
    public const int ValueBytes = 32;

    /// <summary>Digits of a value: 62^42 &lt; 2^256 &lt; 62^43.</summary>
    public const int ValueChars = 43;

    private const int Limbs = ValueBytes / sizeof(uint);

    /// <summary>Writes a big-endian 256-bit number as 43 digits.</summary>
    public static void Encode(ReadOnlySpan<byte> value, Span<char> digits)
    {
        Span<uint> limbs = stackalloc uint[Limbs];
        for (var i = 0; i < Limbs; i++)
        {
            limbs[i] = BinaryPrimitives.ReadUInt32BigEndian(value[(i * sizeof(uint))..]);
        }

        for (var position = ValueChars - 1; position >= 0; position--)
        {
            ulong rest = 0;
            for (var i = 0; i < Limbs; i++)
            {
                var part = (rest << 32) | limbs[i];
                limbs[i] = (uint)(part / 62);
                rest = part % 62;
            }

            digits[position] = Alphabet[(int)rest];
        }

        limbs.Clear();
    }

    /// <summary>Writes a number with leading zeros; digits that do not fit are dropped.</summary>
    public static void Encode(uint value, Span<char> digits)
    {
        for (var position = digits.Length - 1; position >= 0; position--)
        {
            digits[position] = Alphabet[(int)(value % 62)];
            value /= 62;
        }
    }

    /// <summary>True for 43 digits whose value is below 2^256: each number has exactly one spelling, none beyond is accepted.</summary>
    public static bool IsValue(ReadOnlySpan<char> digits)
    {
        if (digits.Length != ValueChars)
        {
            return false;
        }

        Span<uint> limbs = stackalloc uint[Limbs];
        limbs.Clear();
        foreach (var digit in digits)
        {
            var carry = DigitValue(digit);
            if (carry < 0 || !MultiplyAndAdd(limbs, (uint)carry))
            {
                return false;
            }
        }

        return true;
    }

    private static bool MultiplyAndAdd(Span<uint> limbs, ulong carry)
    {
        for (var i = Limbs - 1; i >= 0; i--)
        {
            var part = ((ulong)limbs[i] * 62) + carry;
            limbs[i] = (uint)part;
            carry = part >> 32;
        }

        return carry == 0;
    }

    private static int DigitValue(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - '0',
        >= 'A' and <= 'Z' => digit - 'A' + 10,
        >= 'a' and <= 'z' => digit - 'a' + 36,
        _ => -1,
    };
}
