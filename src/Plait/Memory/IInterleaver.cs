using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// Decides who goes next, for tests that try schedules: every shared operation of the locks is its own to do, and to delay, and what
/// the kernel says about clocks and processes comes from it. It runs on the thread of whoever operates.
/// </summary>
internal unsafe interface IInterleaver
{
    /// <summary>In place of the monotonic clock.</summary>
    long Now { get; }

    uint Load(uint* place);

    /// <summary>A store with release semantics, of 4 or 8 bytes.</summary>
    void Store(void* place, int bytes, ulong value);

    /// <summary>A compare-and-exchange of 4 or 8 bytes; what was there before.</summary>
    ulong CompareExchange(void* place, int bytes, ulong value, ulong expected);

    uint Exchange(uint* place, uint value);

    /// <summary>Sets bits, or clears all but some; what was there before.</summary>
    uint Or(uint* place, uint bits);

    uint And(uint* place, uint bits);

    /// <summary>In place of a futex wait. Returns when the word was woken, the deadline has passed on the interleaver's clock, or for no reason.</summary>
    FutexResult Sleep(uint* word, uint expected, long deadline);

    /// <summary>In place of a futex wake.</summary>
    void Wake(uint* word, int count);

    /// <summary>Another may go on here.</summary>
    void Between();

    /// <summary>In place of a pause between two looks.</summary>
    void Pause();

    /// <summary>When the process that has the pid now was started; null when there is none.</summary>
    ulong? StartTimeOf(int pid);

    /// <summary>Whether the process has such a thread.</summary>
    bool HasThread(int pid, int thread);
}
