using System.Text;

namespace Plait.Processes.Spawning;

/// <summary>What the runtime's own last words say about the death.</summary>
internal enum LastWords
{
    None,
    StackOverflow,
    FailFast,
    UnhandledException,
    OutOfMemory,
    FatalError,
}

/// <summary>
/// The last lines of a stream, and the last of its lines that begins as the runtime's last words do. That mark is kept
/// however much follows: a stack overflow's frames can be megabytes long and push its first line out of any tail.
/// </summary>
internal sealed class OutputTail
{
    public const int Capacity = 8 * 1024;
    private const int LongestMark = 64;

    private readonly byte[] _ring = new byte[Capacity];
    private readonly byte[] _lineStart = new byte[LongestMark];
    private long _total;
    private int _lineLength;

    // The mark of the line before, and whether the last mark still needs a frame or a count behind it to be believed.
    private LastWords _mark;
    private bool _isUnproven;
    private bool _wasTerminated;

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

    /// <summary>The last mark, the unfinished last line included.</summary>
    public LastWords Finish()
    {
        EndLine();
        return _mark;
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

        // One line longer than everything kept has no whole line behind it: its end is better than nothing.
        return firstLine < text.Length ? text[firstLine..] : text;
    }

    private void EndLine()
    {
        ReadOnlySpan<byte> line = _lineStart.AsSpan(0, _lineLength);
        if (_isUnproven)
        {
            // "Stack overflow." counts only when the runtime's frames follow: a message may say so too.
            _isUnproven = false;
            _mark = line.StartsWith("Repeated "u8) || line.StartsWith("   at "u8) ? LastWords.StackOverflow : _mark;
        }

        LastWords said = line switch
        {
            _ when line.SequenceEqual("Process terminated."u8) => LastWords.FailFast,
            _ when line.SequenceEqual("Out of memory."u8) => LastWords.OutOfMemory,
            _ when line.StartsWith("Unhandled exception. System.OutOfMemoryException"u8) => LastWords.OutOfMemory,
            _ when line.StartsWith("Unhandled exception. "u8) => LastWords.UnhandledException,
            _ when line.SequenceEqual("Fatal error."u8) => LastWords.FatalError,
            _ => LastWords.None,
        };
        _mark = said == LastWords.None ? _mark : said;

        // Behind "Process terminated." comes the caller's own text.
        _isUnproven = line.SequenceEqual("Stack overflow."u8) && !_wasTerminated;
        _wasTerminated = said == LastWords.FailFast;
        _lineLength = 0;
    }
}
