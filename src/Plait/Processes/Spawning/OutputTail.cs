using System.Text;

namespace Plait.Processes.Spawning;

/// <summary>What a line at the start of the runtime's own last words says about the death.</summary>
[Flags]
internal enum LastWords
{
    None = 0,
    StackOverflow = 1,
    FailFast = 2,
    UnhandledException = 4,
    OutOfMemory = 8,
    FatalError = 16,
}

/// <summary>
/// The last lines of a stream, with a mark for every line that begins as the runtime's last words do. The marks are kept
/// for the whole stream: a stack overflow's thousands of frames push its first line out of any tail.
/// </summary>
internal sealed class OutputTail
{
    public const int Capacity = 8 * 1024;
    private const int LongestMark = 64;

    private readonly byte[] _ring = new byte[Capacity];
    private readonly byte[] _lineStart = new byte[LongestMark];
    private long _total;
    private int _lineLength;

    /// <summary>The marks seen since the stream began.</summary>
    public LastWords Seen { get; private set; }

    public void Append(ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            _ring[_total++ % Capacity] = value;
            if (value == (byte)'\n')
            {
                EndLine();
            }
            else if (_lineLength < LongestMark)
            {
                _lineStart[_lineLength++] = value;
            }
        }
    }

    /// <summary>The marks seen, the unfinished last line included.</summary>
    public LastWords Finish()
    {
        EndLine();
        return Seen;
    }

    /// <summary>The kept bytes as text, from the first whole line on when the beginning was cut.</summary>
    public override string ToString()
    {
        int count = (int)Math.Min(_total, Capacity);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            bytes[i] = _ring[(_total - count + i) % Capacity];
        }

        string text = Encoding.UTF8.GetString(bytes);
        int firstLine = _total > Capacity ? text.IndexOf('\n') + 1 : 0;
        return text[firstLine..];
    }

    private void EndLine()
    {
        ReadOnlySpan<byte> line = _lineStart.AsSpan(0, _lineLength);
        Seen |= line switch
        {
            _ when line.StartsWith("Stack overflow"u8) => LastWords.StackOverflow,
            _ when line.StartsWith("Process terminated"u8) => LastWords.FailFast,
            _ when line.StartsWith("Out of memory"u8) => LastWords.OutOfMemory,
            _ when line.StartsWith("Unhandled exception. System.OutOfMemoryException"u8) => LastWords.OutOfMemory | LastWords.UnhandledException,
            _ when line.StartsWith("Unhandled exception"u8) => LastWords.UnhandledException,
            _ when line.StartsWith("Fatal error"u8) => LastWords.FatalError,
            _ => LastWords.None,
        };
        _lineLength = 0;
    }
}
