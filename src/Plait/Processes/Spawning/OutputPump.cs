using Plait.Interop;

namespace Plait.Processes.Spawning;

/// <summary>
/// Carries one output stream of a child to this process: keeps its tail, and copies it on, whole or line by line with the
/// child's name. Reading never waits for writing: when the child dies, its last bytes are taken at once whatever this
/// process's own output is doing.
/// </summary>
internal sealed class OutputPump
{
    private const int Chunk = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly Descriptor _pipe;
    private readonly int? _target;
    private readonly byte[]? _prefix;
    private readonly long _id;

    // Guarded by _gate: what is read and not yet written.
    private readonly List<byte[]> _pending = [];
    private readonly OutputTail _tail = new();
    private bool _isAtEnd;

    // The output thread's own: bytes of a line not yet ended, when lines are prefixed.
    private readonly MemoryStream _line = new();

    /// <param name="pipe">The read end, non-blocking; owned from here on.</param>
    /// <param name="target">Our own descriptor to copy to, 1 or 2; null to keep the tail alone.</param>
    /// <param name="prefix">The child's name, to forward line by line; null to copy bytes as they come.</param>
    public OutputPump(Descriptor pipe, int? target, string? prefix)
    {
        _pipe = pipe;
        _target = target;
        _prefix = prefix is null ? null : System.Text.Encoding.UTF8.GetBytes($"[{prefix}] ");
        _id = Supervisor.Output.Watch(pipe, OnReadable);
    }

    public LastWords LastWords
    {
        get
        {
            lock (_gate)
            {
                return _tail.Finish();
            }
        }
    }

    public string Tail
    {
        get
        {
            lock (_gate)
            {
                return _tail.ToString();
            }
        }
    }

    /// <summary>Takes everything the ended process left in the pipe, without waiting for others who may hold it open.</summary>
    public void Drain()
    {
        while (ReadOnce())
        {
            // Each round empties what the pipe held; the pipe's capacity bounds them.
        }
    }

    /// <summary>On the output thread: writes what is pending, the unfinished line too, and closes the pipe.</summary>
    public void Finish()
    {
        WritePending(isLast: true);
        Supervisor.Output.Forget(_id, _pipe);
        _pipe.Dispose();
    }

    private void OnReadable(long id)
    {
        if (!ReadOnce() && _isAtEnd)
        {
            Supervisor.Output.Forget(id, _pipe);
        }

        WritePending(isLast: false);
    }

    private bool ReadOnce()
    {
        lock (_gate)
        {
            if (_isAtEnd || _pipe.IsClosed)
            {
                return false;
            }

            byte[] chunk = new byte[Chunk];
            int count = _pipe.Read(chunk);
            _isAtEnd = count == 0;
            if (count <= 0)
            {
                return false;
            }

            _tail.Append(chunk.AsSpan(0, count));
            if (_target is not null)
            {
                _pending.Add(chunk[..count]);
            }

            return true;
        }
    }

    private void WritePending(bool isLast)
    {
        byte[][] pending;
        lock (_gate)
        {
            pending = [.. _pending];
            _pending.Clear();
        }

        foreach (byte[] chunk in pending)
        {
            if (_prefix is null)
            {
                StandardStreams.Write(_target!.Value, chunk);
            }
            else
            {
                WriteLines(chunk);
            }
        }

        if (isLast && _line.Length > 0)
        {
            FlushLine(addNewLine: true);
        }
    }

    private void WriteLines(ReadOnlySpan<byte> chunk)
    {
        int end;
        while ((end = chunk.IndexOf((byte)'\n')) >= 0)
        {
            _line.Write(chunk[..(end + 1)]);
            FlushLine(addNewLine: false);
            chunk = chunk[(end + 1)..];
        }

        _line.Write(chunk);
    }

    // One write a line, so that lines of several children never mix.
    private void FlushLine(bool addNewLine)
    {
        byte[] line = [.. _prefix!, .. _line.GetBuffer().AsSpan(0, (int)_line.Length)];
        StandardStreams.Write(_target!.Value, addNewLine ? [.. line, (byte)'\n'] : line);
        _line.SetLength(0);
    }
}
