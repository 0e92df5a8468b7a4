using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Plait.Codecs;

/// <content>Strings.</content>
internal sealed partial class PayloadWriter
{
    // How a string lies in the payload; the low two bits of its length. PayloadReader.ReadString is the partner.
    internal const int Utf8Text = 0;
    internal const int Utf16Text = 1;
    internal const int BulkText = 2;

    /// <summary>UTF-8; a text that is not valid UTF-16 goes as it is, since UTF-8 would silently replace its lone surrogates.</summary>
    public void WriteString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_store is not null && value.Length * sizeof(char) >= _store.Threshold)
        {
            WriteVarint(((ulong)value.Length << 2) | BulkText);
            WriteBulk(MemoryMarshal.AsBytes(value.AsSpan()));
            return;
        }

        if (value.Length <= 42)
        {
            // 3 bytes a character fit in one length byte or two: write the text first, the length is known after.
            WriteShortString(value);
            return;
        }

        int bytes = Encoding.UTF8.GetByteCount(value);
        int start = _count;
        WriteVarint(((ulong)bytes << 2) | Utf8Text);
        Span<byte> target = Reserve(bytes);
        if (Utf8.FromUtf16(value, target[..bytes], out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done && written == bytes)
        {
            _count += bytes;
            return;
        }

        _count = start;
        WriteUtf16(value);
    }

    public void WriteNullableString(string? value)
    {
        WriteBool(value is not null);
        if (value is not null)
        {
            WriteString(value);
        }
    }

    private void WriteShortString(string value)
    {
        Span<byte> target = Reserve(2 + (value.Length * 3));
        if (value.Length < 32 && StrictText.TryAscii(value, target[1..]))
        {
            target[0] = (byte)((value.Length << 2) | Utf8Text);
            _count += 1 + value.Length;
            return;
        }

        WriteTranscoded(value, target);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteTranscoded(string value, Span<byte> target)
    {
        if (Utf8.FromUtf16(value, target[2..], out _, out int written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            WriteUtf16(value);
            return;
        }

        int header = (written << 2) | Utf8Text;
        if (header < 0x80)
        {
            target[0] = (byte)header;
            target.Slice(2, written).CopyTo(target[1..]);
            _count += 1 + written;
            return;
        }

        target[0] = (byte)(header | 0x80);
        target[1] = (byte)(header >> 7);
        _count += 2 + written;
    }

    private void WriteUtf16(string value)
    {
        WriteVarint(((ulong)value.Length << 2) | Utf16Text);
        WriteBytes(MemoryMarshal.AsBytes(value.AsSpan()));
    }
}
