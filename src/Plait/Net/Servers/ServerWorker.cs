using System.Runtime.InteropServices;
using Plait.SharedData;

namespace Plait.Net.Servers;

/// <summary>The counts of one worker. Written by any thread; with shared memory, by any process that has it.</summary>
internal sealed class ServerWorker(string name, SharedMemoryBlock? memory = null)
{
    private static readonly ServerCount[] s_all = Enum.GetValues<ServerCount>();

    private readonly long[] _counts = new long[memory is null ? s_all.Length : 0];

    // Guards what follows.
    private readonly Lock _gate = new();
    private readonly List<ServerWorker> _parts = [];

    /// <summary>How many bytes the counts take in shared memory.</summary>
    public static int MemorySize => s_all.Length * sizeof(long);

    public string Name => name;

    /// <summary>The process that it runs in now: of several, the one that was started last; 0 while there is none.</summary>
    public int Pid
    {
        get
        {
            lock (_gate)
            {
                return _parts.Count > 0 ? _parts[^1].Pid : field;
            }
        }

        init;
    } = Environment.ProcessId;

    public long this[ServerCount what]
    {
        get
        {
            lock (_gate)
            {
                return Volatile.Read(ref Place(what)) + _parts.Sum(part => part[what]);
            }
        }
    }

    public void Count(ServerCount what, long by = 1) => Interlocked.Add(ref Place(what), by);

    /// <summary>What that one counts is counted here as well.</summary>
    public void Add(ServerWorker part)
    {
        lock (_gate)
        {
            _parts.Add(part);
        }
    }

    /// <summary>That one counts no more: what it has counted stays. Whatever it was serving has been broken off.</summary>
    public void Fold(ServerWorker part)
    {
        lock (_gate)
        {
            if (_parts.Remove(part))
            {
                Array.ForEach(s_all, what => Count(what == ServerCount.Active ? ServerCount.BrokenOff : what, part[what]));
            }
        }
    }

    private ref long Place(ServerCount what) => ref memory is null ? ref _counts[(int)what] : ref MemoryMarshal.Cast<byte, long>(memory.Span)[(int)what];
}

/// <summary>What is counted.</summary>
internal enum ServerCount
{
    Accepted,
    Active,
    Served,
    Resets,
    TimedOut,
    Failed,
    HandshakeFailures,
    Refused,
    BrokenOff,
    AcceptPauses,
    WorkersReplaced,
    Rescans,
    BytesReceived,
    BytesSent,
}
