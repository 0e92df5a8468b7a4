using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Coroutines.Engine;

/// <summary>Sleeps on a word of its own: for a loop that watches no descriptors.</summary>
internal sealed unsafe class FutexPoller : LoopPoller
{
    // 0: sleep, 1: woken. In native memory, for the kernel to look at.
    private uint* _word = (uint*)NativeMemory.AllocZeroed(sizeof(uint));
    private readonly Lock _gate = new();

    public override void Wait(long deadline)
    {
        while (Interlocked.Exchange(ref *_word, 0) == 0)
        {
            if (Futex.Wait(_word, 0, deadline, isShared: false) == FutexResult.TimedOut)
            {
                return;
            }
        }
    }

    public override void Wake()
    {
        lock (_gate)
        {
            if (_word is not null)
            {
                Volatile.Write(ref *_word, 1);
                Futex.Wake(_word, 1, isShared: false);
            }
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            NativeMemory.Free(_word);
            _word = null;
        }
    }
}
