using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <content>
/// Fences between two sides that each write a word and then look at the other's. The frequent side only keeps the order of its instructions
/// (<see cref="AfterStore"/>), the rare one fences for both (<see cref="Barrier"/>).
/// </content>
internal sealed unsafe partial class ScopeMemory
{
    // 1 until this process can be reached by the barriers of others.
    private int _mustFence = 1;
    private int _isRegistering;

    // As a field: looked at by every put and get.
    private readonly ScopeHeader* _header;

    /// <summary>The frequent side: between its store and its look. Partner: <see cref="Barrier"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AfterStore()
    {
        if (((uint)_mustFence | _header->NoBarriers) != 0)
        {
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>The rare side: between its store and its look. Partner: <see cref="AfterStore"/>.</summary>
    public void Barrier()
    {
        if (Shared.IsInterleaved && Shared.Interleaver is not null)
        {
            // Units under a schedule run one at a time, and what one has stored the next one sees: there is nothing left to fence. What
            // becomes of a queue without the fence is tried by a store of Tail that comes late.
            return;
        }

        if (!IsShared)
        {
            Interlocked.MemoryBarrierProcessWide();
        }
        else if (!ProcessBarrier.Send() && Volatile.Read(ref Header->NoBarriers) == 0)
        {
            // Who has passed this word already may miss one wake-up: that wait ends by its interval.
            Volatile.Write(ref Header->NoBarriers, 1);
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>Called by who is about to be a frequent side. The kernel takes some milliseconds, in which each look costs a fence.</summary>
    public void PrepareBarriers()
    {
        if (Interlocked.Exchange(ref _isRegistering, 1) != 0)
        {
            return;
        }

        if (!IsShared)
        {
            Volatile.Write(ref _mustFence, 0);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static memory =>
                {
                    if (ProcessBarrier.Register())
                    {
                        Volatile.Write(ref memory._mustFence, 0);
                    }
                },
                this,
                preferLocal: false);
        }
    }
}
