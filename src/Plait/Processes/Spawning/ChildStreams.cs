using Microsoft.Win32.SafeHandles;
using Plait.Interop;

namespace Plait.Processes.Spawning;

/// <summary>A child's three standard streams: the ends it is handed, and what this process does with the others.</summary>
internal sealed class ChildStreams : IDisposable
{
    private readonly List<Descriptor> _childEnds = [];
    private readonly List<OutputPump> _pumps = [];
    private OutputPump? _errorPump;
    private Descriptor? _outputEnd;
    private Stream? _output;

    private ChildStreams()
    {
    }

    /// <summary>What becomes the child's descriptors 0, 1 and 2.</summary>
    public int[] Descriptors { get; } = [0, 1, 2];

    /// <summary>The stream the parent writes to, when standard input is a pipe.</summary>
    public Stream? Input { get; private set; }

    /// <summary>The stream the parent reads, when standard output is a pipe that nobody else was given.</summary>
    public Stream? Output => _output ??= Interlocked.Exchange(ref _outputEnd, null) is { } end ? OpenStream(end, FileAccess.Read) : null;

    /// <summary>The stream the parent reads, when standard error is a pipe.</summary>
    public Stream? Error { get; private set; }

    public bool IsErrorSeen => _errorPump is not null;

    public LastWords LastWords => _errorPump?.LastWords ?? LastWords.None;

    public string ErrorTail => _errorPump?.Tail ?? string.Empty;

    /// <exception cref="ChildStartException">No descriptors are left.</exception>
    public static ChildStreams Open(string name, ChildProcessOptions options)
    {
        var streams = new ChildStreams();
        try
        {
            streams.OpenInput(options.StandardInput);
            streams.OpenOutput(1, options.StandardOutput, name);
            streams.OpenOutput(2, options.StandardError, name);
            return streams;
        }
        catch (SystemCallException refused)
        {
            streams.Abandon();
            throw new ChildStartException(name, "opening its standard streams", refused.Number, refused);
        }
        catch
        {
            streams.Abandon();
            throw;
        }
    }

    /// <summary>Takes the read end of the child's output for another child. Null when it is no pipe, or already taken.</summary>
    public Descriptor? TakeOutput() => Interlocked.Exchange(ref _outputEnd, null);

    /// <summary>Closes the ends that belong to the child: it has them now, and a pipe ends only when every copy is closed.</summary>
    public void CloseChildEnds()
    {
        foreach (Descriptor end in _childEnds)
        {
            end.Dispose();
        }

        _childEnds.Clear();
    }

    public void Drain()
    {
        foreach (OutputPump pump in _pumps)
        {
            pump.Drain();
        }
    }

    /// <summary>On the output thread.</summary>
    public void Finish()
    {
        foreach (OutputPump pump in _pumps)
        {
            pump.Finish();
        }
    }

    /// <summary>Undoes a start that failed.</summary>
    public void Abandon()
    {
        CloseChildEnds();
        Supervisor.Output.Post(Finish);
        Dispose();
    }

    /// <summary>Closes the parent's streams. The pumps end with the process.</summary>
    public void Dispose()
    {
        // A broken pipe is the child's end, not an error of whoever closes the stream.
        try
        {
            Input?.Dispose();
        }
        catch (IOException)
        {
            Input = null;
        }

        _output?.Dispose();
        _outputEnd?.Dispose();
        Error?.Dispose();
    }

    private void OpenInput(ChildInput input)
    {
        if (input == ChildInput.Inherit)
        {
            return;
        }

        if (input == ChildInput.Pipe)
        {
            (Descriptor read, Descriptor write) = Descriptor.Pipe(nonBlockingRead: false);
            Hand(0, read);
            Input = OpenStream(write, FileAccess.Write);
        }
        else if (input.Producer is { } producer)
        {
            Hand(0, producer.TakeOutput());
        }
        else
        {
            Hand(0, Descriptor.Null());
        }
    }

    private void OpenOutput(int target, ChildOutput output, string name)
    {
        switch (output)
        {
            case ChildOutput.Inherit:
                break;
            case ChildOutput.Null:
                Hand(target, Descriptor.Null());
                break;
            case ChildOutput.Pipe:
                (Descriptor read, Descriptor write) = Descriptor.Pipe(nonBlockingRead: false);
                Hand(target, write);
                if (target == 1)
                {
                    _outputEnd = read;
                }
                else
                {
                    Error = OpenStream(read, FileAccess.Read);
                }

                break;
            case ChildOutput.Relay:
            case ChildOutput.Forward:
            case ChildOutput.Keep:
                (read, write) = Descriptor.Pipe(nonBlockingRead: true);
                Hand(target, write);
                var pump = new OutputPump(read, output == ChildOutput.Keep ? null : target, output == ChildOutput.Forward ? name : null);
                _pumps.Add(pump);
                _errorPump = target == 2 ? pump : _errorPump;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(output), output, "No such destination for a child's output.");
        }
    }

    private void Hand(int target, Descriptor end)
    {
        Descriptors[target] = end.Number;
        _childEnds.Add(end);
    }

    private static FileStream OpenStream(Descriptor end, FileAccess access)
    {
        var handle = new SafeFileHandle(end.Number, ownsHandle: true);
        end.SetHandleAsInvalid();
        return new FileStream(handle, access, bufferSize: 0, isAsync: false);
    }
}
