using System.Diagnostics;
using System.Numerics;

namespace Plait.Coroutines.Engine;

/// <summary>
/// Timers by deadline. Setting and cancelling one are a few pointer changes, however many there are. For one thread.
/// </summary>
/// <remarks>
/// A hierarchical timing wheel (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987). A timer stands on the level of the highest digit (of six bits) in
/// which its tick differs from the current one, in the slot of that digit; so whatever stands on a level is later than all that stands below it. Time goes from one slot
/// that is taken to the next, and what stands in a slot above the lowest level is set anew when its time comes.
/// </remarks>
internal sealed class TimerWheel
{
    /// <summary>A tick is 2 to the 17 nanoseconds: 131 microseconds.</summary>
    public const int TickBits = 17;

    public const short Nowhere = -1;

    private const int DigitBits = 6;
    private const int Slots = 1 << DigitBits;
    private const int Levels = 8;

    // The first of each slot; its PreviousTimer is the last.
    private readonly LoopTimer?[] _slots = new LoopTimer?[Levels * Slots];
    private readonly ulong[] _taken = new ulong[Levels];
    private long _current;

    /// <summary>A wheel whose time begins now.</summary>
    /// <param name="now">In nanoseconds, 0 or more.</param>
    public TimerWheel(long now) => _current = now >> TickBits;

    public int Count { get; private set; }

    /// <summary>Sets a timer, for the first tick that ends at or after its deadline.</summary>
    public void Set(LoopTimer timer, long deadline)
    {
        Debug.Assert(!timer.IsSet, "A timer is set once.");
        long tick = (deadline >> TickBits) + ((deadline & ((1L << TickBits) - 1)) == 0 ? 0 : 1);
        timer.Tick = Math.Max(tick, _current + 1);
        Count++;
        Put(timer);
    }

    public void Cancel(LoopTimer timer)
    {
        if (timer.IsSet)
        {
            Count--;
            Take(timer);
        }
    }

    /// <summary>When <see cref="Advance"/> has something to do next: a deadline, or earlier. <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadline() => TryFindNext(out int level, out int slot) ? TickOf(level, slot) << TickBits : long.MaxValue;

    /// <summary>Fires all timers that are due, in the order of their ticks and, within one, as they were set.</summary>
    public void Advance(long now)
    {
        long target = now >> TickBits;
        while (TryFindNext(out int level, out int slot))
        {
            long tick = TickOf(level, slot);
            if (tick > target)
            {
                break;
            }

            _current = tick;
            if (level == 0)
            {
                Fire(slot);
            }
            else
            {
                MoveDown((level * Slots) + slot);
            }
        }

        _current = Math.Max(_current, target);
    }

    // What is fired may set and cancel others, also of this slot.
    private void Fire(int slot)
    {
        while (_slots[slot] is { } timer)
        {
            Count--;
            Take(timer);
            timer.OnExpired();
        }
    }

    private void MoveDown(int place)
    {
        while (_slots[place] is { } timer)
        {
            Take(timer);
            Put(timer);
        }
    }

    private bool TryFindNext(out int level, out int slot)
    {
        for (level = 0; level < Levels; level++)
        {
            if (_taken[level] != 0)
            {
                // Nothing stands in a slot that is over: the lowest that is taken is the next.
                slot = BitOperations.TrailingZeroCount(_taken[level]);
                return true;
            }
        }

        slot = 0;
        return false;
    }

    // The first tick of a slot: the current one with its digit replaced, and zeros below.
    private long TickOf(int level, int slot)
    {
        int shift = level * DigitBits;
        return (_current >> (shift + DigitBits) << (shift + DigitBits)) | ((long)slot << shift);
    }

    private void Put(LoopTimer timer)
    {
        ulong difference = (ulong)(timer.Tick ^ _current);
        int level = difference == 0 ? 0 : BitOperations.Log2(difference) / DigitBits;
        int slot = (int)(timer.Tick >> (level * DigitBits)) & (Slots - 1);
        short place = (short)((level * Slots) + slot);
        timer.Place = place;
        _taken[level] |= 1UL << slot;
        ref LoopTimer? first = ref _slots[place];
        if (first is null)
        {
            first = timer;
            timer.PreviousTimer = timer;
        }
        else
        {
            LoopTimer last = first.PreviousTimer!;
            last.NextTimer = timer;
            timer.PreviousTimer = last;
            first.PreviousTimer = timer;
        }

        timer.NextTimer = null;
    }

    private void Take(LoopTimer timer)
    {
        ref LoopTimer? first = ref _slots[timer.Place];
        LoopTimer? next = timer.NextTimer;
        if (first == timer)
        {
            first = next;
            next?.PreviousTimer = timer.PreviousTimer;
            if (next is null)
            {
                _taken[timer.Place / Slots] &= ~(1UL << (timer.Place % Slots));
            }
        }
        else
        {
            timer.PreviousTimer!.NextTimer = next;
            (next ?? first!).PreviousTimer = timer.PreviousTimer;
        }

        timer.NextTimer = null;
        timer.PreviousTimer = null;
        timer.Place = Nowhere;
    }
}
