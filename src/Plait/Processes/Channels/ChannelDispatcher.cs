using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Channels;

/// <summary>Whoever wants to know that its ring has something, or is closed.</summary>
internal interface IChannelReader
{
    ByteRing Incoming { get; }

    /// <summary>Takes what is there, on a dispatcher thread; must not block or run user code. False: no more calls, please.</summary>
    bool OnReadable();
}

/// <summary>
/// Waits for many children's rings: one thread for up to 127 of them with futex_waitv(2), one thread each where the
/// kernel lacks it (before Linux 5.16).
/// </summary>
internal sealed unsafe class ChannelDispatcher
{
    private static readonly Lock Gate = new();

    // Guarded by Gate.
    private static readonly List<ChannelDispatcher> All = [];

    private static readonly int Most = Futex.CanWaitAny ? Futex.MaximumWaitAny - 1 : 1;

    // One futex word of our own, incremented to make the thread look at its list again.
    private readonly uint* _kick = (uint*)NativeMemory.AllocZeroed(sizeof(uint));

    // Guarded by Gate; the thread works on a copy.
    private readonly List<IChannelReader> _readers = [];

    private ChannelDispatcher()
    {
        var thread = new Thread(Loop, 512 * 1024) { IsBackground = true, Name = "Plait dispatcher" };
        thread.UnsafeStart();
    }

    public static void Add(IChannelReader reader)
    {
        ChannelDispatcher? free = null;
        lock (Gate)
        {
            foreach (ChannelDispatcher dispatcher in All)
            {
                if (dispatcher._readers.Count < Most)
                {
                    free = dispatcher;
                    break;
                }
            }

            if (free is null)
            {
                free = new ChannelDispatcher();
                All.Add(free);
            }

            free._readers.Add(reader);
        }

        free.Kick();
    }

    private void Kick()
    {
        Interlocked.Increment(ref *_kick);
        Futex.Wake(_kick, 1);
    }

    private void Loop()
    {
        FutexWaiter* waiters = stackalloc FutexWaiter[Futex.MaximumWaitAny];
        IChannelReader[] readers = [];
        uint seen = 0;
        bool isStale = true;
        while (true)
        {
            uint kicks = Volatile.Read(ref *_kick);
            if (isStale || kicks != seen)
            {
                lock (Gate)
                {
                    readers = [.. _readers];
                }

                seen = kicks;
                isStale = false;
            }

            // Without futex_waitv a thread sleeps on its one reader's bell, or on its kick word when it has none.
            bool hasKick = Futex.CanWaitAny || readers.Length == 0;
            int count = 0;
            if (hasKick)
            {
                waiters[count++] = Futex.Describe(_kick, seen);
            }

            bool isReady = false;
            foreach (IChannelReader reader in readers)
            {
                waiters[count++] = reader.Incoming.DescribeBell(reader.Incoming.ArmForData());
                isReady |= reader.Incoming.HasData || reader.Incoming.IsClosed;
            }

            if (isReady)
            {
                isStale = ServeReady(readers);
            }
            else if (Futex.CanWaitAny)
            {
                _ = Futex.WaitAny(waiters, count, MonotonicClock.Never);
            }
            else
            {
                _ = Futex.Wait((uint*)waiters[0].Address, (uint)waiters[0].Value, MonotonicClock.Never);
            }
        }
    }

    /// <summary>True when a reader has left.</summary>
    private bool ServeReady(IChannelReader[] readers)
    {
        bool hasLeft = false;
        foreach (IChannelReader reader in readers)
        {
            reader.Incoming.DisarmForData();
            if ((reader.Incoming.HasData || reader.Incoming.IsClosed) && !reader.OnReadable())
            {
                hasLeft = true;
                lock (Gate)
                {
                    _readers.Remove(reader);
                }
            }
        }

        return hasLeft;
    }
}
