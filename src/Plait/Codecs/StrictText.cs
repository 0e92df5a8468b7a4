using System.Runtime.CompilerServices;
using System.Text;

namespace Plait.Codecs;

/// <summary>UTF-8 to text, refusing what is no UTF-8.</summary>
internal static class StrictText
{
    // The names in a bootstrap are short and ASCII. The framework's transcoder costs a cold process two milliseconds.
    private const int ShortText = 192;

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            return "";
        }

        return bytes.Length <= ShortText && TryAscii(bytes, out string text) ? text : Transcode(bytes);
    }

    /// <summary>Copies ASCII characters; false at the first other one.</summary>
    public static bool TryAscii(ReadOnlySpan<char> text, Span<byte> target)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c >= 0x80)
            {
                return false;
            }

            target[i] = (byte)c;
        }

        return true;
    }

    private static bool TryAscii(ReadOnlySpan<byte> bytes, out string text)
    {
        Span<char> chars = stackalloc char[ShortText];
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            if (b >= 0x80)
            {
                text = "";
                return false;
            }

            chars[i] = (char)b;
        }

        text = new string(chars[..bytes.Length]);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Transcode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.Encoding.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"A text of {bytes.Length} bytes in the message is not UTF-8.", e);
        }
    }

    private static class Strict
    {
        public static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    }
}
