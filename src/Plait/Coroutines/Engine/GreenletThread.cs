using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Coroutines.Engine;

/// <summary>A thread of a family of greenlets, and whether it has the turn. Specification: docs/design/greenlets.md.</summary>
internal sealed unsafe class GreenletThread
{
    private const uint Away = 0;
    private const uint Given = 1;
    private const uint Asleep = 2;

    // The word, in the middle of two cache lines of its own. Who gives the turn may still look at it when the thread has ended: so it is the collector's, and not freed by hand.
    private readonly uint[] _memory = GC.AllocateArray<uint>(64, pinned: true);
    private readonly uint* _word;
    private readonly AdaptiveSpin _spin = new();
    private Thread? _thread;

    public GreenletThread() => _word = (uint*)Unsafe.AsPointer(ref _memory[32]);

    /// <summary>Whether the family has ended: who comes back from <see cref="Wait"/> has to end too.</summary>
    public bool IsDoomed { get; private set; }

    /// <summary>Starts the thread, with the turn.</summary>
    public void Start(string name, Action body)
    {
        var thread = new Thread(() => body()) { Name = name, IsBackground = true };

        // First: it may be over, and somebody else may join it, before this goes on.
        _thread = thread;
        try
        {
            thread.UnsafeStart();
        }
        catch
        {
            _thread = null;
            throw;
        }
    }

    /// <summary>Blocks until the thread has ended. Null before its start: nothing to wait for.</summary>
    public void Join() => _thread?.Join();

    /// <summary>Gives it the turn. What was written before is seen by it.</summary>
    public void Give()
    {
        if (Interlocked.Exchange(ref *_word, Given) == Asleep)
        {
            Futex.Wake(_word, 1, isShared: false);
        }

        GC.KeepAlive(_memory);
    }

    /// <summary>Gives it the turn, to end.</summary>
    public void Doom()
    {
        IsDoomed = true;
        Give();
    }

    /// <summary>On the thread itself: blocks until it has the turn.</summary>
    public void Wait()
    {
        if (!_spin.Until(this, static self => Volatile.Read(ref *self._word) == Given) && Interlocked.CompareExchange(ref *_word, Asleep, Away) == Away)
        {
            long start = MonotonicClock.Now;
            while (Volatile.Read(ref *_word) == Asleep)
            {
                _ = Futex.Wait(_word, Asleep, MonotonicClock.Never, isShared: false);
            }

            _spin.Slept(MonotonicClock.Now - start);
        }

        Volatile.Write(ref *_word, Away);
    }
}
