using System.Text;

namespace Plait.Interop;

/// <summary>Zero-terminated UTF-8 for the C library.</summary>
internal static class Utf8
{
    /// <summary>The text with its closing zero.</summary>
    /// <exception cref="ArgumentException">The text contains a zero character, which would silently cut it.</exception>
    public static byte[] Encode(string text)
    {
        if (text.Contains('\0'))
        {
            throw new ArgumentException($"The text \"{text.Replace("\0", "\\0")}\" contains a zero character; the operating system would cut it there.", nameof(text));
        }

        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
