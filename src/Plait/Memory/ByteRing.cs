using System.Runtime.CompilerServices;
using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// A stream of bytes from one producer to one consumer through shared memory. Bytes count as sent when
/// <see cref="RingControl.Head"/> covers them, and as received when <see cref="RingControl.Tail"/> does; a side that is
/// killed anywhere in between leaves the ring in a state that the other side reads correctly.
/// <para>
/// Sleeping follows the event-count pattern: raise the waiting flag, full fence, look again, sleep on the bell's old
/// value; the waker publishes, full fence, takes the flag down, rings the bell, wakes. The bell is separate from Head so
/// that closing can ring it too: a sleeper that looked before the close finds the bell changed and does not sleep.
/// </para>
/// One thread at a time may act as the producer and one as the consumer of a ring.
/// </summary>
internal sealed unsafe class ByteRing
{
    private readonly Arena _arena;
    private readonly RingControl* _control;
    private readonly byte* _data;
    private readonly int _size;
    private readonly AdaptiveSpin _dataSpin = new();
    private readonly AdaptiveSpin _spaceSpin = new();

    // The producer's and the consumer's own positions: never read back from memory that a peer can write.
    private ulong _head;
    private ulong _tail;
    private ulong _cachedTail;

    public ByteRing(Arena arena, long controlOffset, long dataOffset, int size)
    {
        _arena = arena;
        _control = (RingControl*)(arena.Address + controlOffset);
        _data = arena.Address + dataOffset;
        _size = size;
    }

    /// <summary>Whether one side has closed the ring. What was published before is still to be read.</summary>
    public bool IsClosed => Volatile.Read(ref _control->Closed) != 0;

    /// <summary>Whether a read would find something.</summary>
    public bool HasData => Volatile.Read(ref _control->Head) != _tail;

    /// <summary>Appends all of <paramref name="data"/>, sleeping while the ring is full. The consumer may sleep on: <see cref="RingDataBell"/> wakes it.</summary>
    /// <returns>False when the ring is closed; the rest is then dropped, nobody will read it.</returns>
    public bool Write(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            int room = Room();
            if (room == 0)
            {
                RingDataBell();
                if (!WaitForRoom())
                {
                    return false;
                }

                continue;
            }

            int count = Math.Min(room, data.Length);
            CrashPoints.Hit(CrashPoint.RingWriting);
            CopyIn(data[..count]);
            CrashPoints.Hit(CrashPoint.RingWritten);
            _head += (ulong)count;

            // Publish: pairs with the acquire read of Head in HasData and Available.
            Volatile.Write(ref _control->Head, _head);
            CrashPoints.Hit(CrashPoint.RingPublished);
            data = data[count..];
        }

        return !IsClosed;
    }

    /// <summary>Appends a whole message if there is room for it and for <paramref name="reserve"/> bytes after it; never blocks, wakes nobody.</summary>
    public bool TryWrite(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, int reserve)
    {
        int count = header.Length + body.Length;
        if (Room() < count + reserve)
        {
            // The count of what was read may be old: Room itself looks again only when the ring seems full.
            _cachedTail = Volatile.Read(ref _control->Tail);
            if (Room() < count + reserve)
            {
                return false;
            }
        }

        CrashPoints.Hit(CrashPoint.RingWriting);
        CopyIn(header);
        _head += (ulong)header.Length;
        CopyIn(body);
        _head += (ulong)body.Length;
        CrashPoints.Hit(CrashPoint.RingWritten);

        // Publish: pairs with the acquire read of Head in HasData and Available.
        Volatile.Write(ref _control->Head, _head);
        CrashPoints.Hit(CrashPoint.RingPublished);
        return true;
    }

    /// <summary>Wakes the consumer if it sleeps. Called once after a whole message.</summary>
    public void RingDataBell() => Ring(ref _control->DataBell, ref _control->ConsumerWaiting);

    /// <summary>Takes up to <paramref name="destination"/>.Length bytes that are there; 0 when there are none.</summary>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(Available(), destination.Length);
        if (count == 0)
        {
            return 0;
        }

        CopyOut(destination[..count]);
        CrashPoints.Hit(CrashPoint.RingRead);
        _tail += (ulong)count;

        // Publish: pairs with the acquire read of Tail in Room; the bytes are copied out before the producer may overwrite them.
        Volatile.Write(ref _control->Tail, _tail);
        CrashPoints.Hit(CrashPoint.RingConsumed);
        Ring(ref _control->SpaceBell, ref _control->ProducerWaiting);
        return count;
    }

    /// <summary>Blocks until there is something to read, the ring is closed, or the deadline passes.</summary>
    /// <returns>False when the deadline passed with nothing to read and the ring open.</returns>
    public bool WaitForData(long deadline)
    {
        if (HasData || _dataSpin.Until(this, static ring => ring.HasData || ring.IsClosed))
        {
            return true;
        }

        WaitHooks.Blocked(WaitKind.ChannelData, (long)_control);
        long asleep = MonotonicClock.Now;
        try
        {
            while (true)
            {
                uint bell = ArmForData();
                if (HasData || IsClosed)
                {
                    DisarmForData();
                    return true;
                }

                CrashPoints.Hit(CrashPoint.RingSleeping);
                if (Futex.Wait(&_control->DataBell, bell, deadline) == FutexResult.TimedOut)
                {
                    DisarmForData();
                    return HasData || IsClosed;
                }
            }
        }
        finally
        {
            _dataSpin.Slept(MonotonicClock.Now - asleep);
            WaitHooks.Resumed(WaitKind.ChannelData, (long)_control);
        }
    }

    /// <summary>First step of a sleep that the caller makes itself, over several rings: returns the bell's value to sleep on. Look again (HasData, IsClosed) before sleeping.</summary>
    public uint ArmForData()
    {
        uint bell = Volatile.Read(ref _control->DataBell);
        Volatile.Write(ref _control->ConsumerWaiting, 1);

        // Full fence between raising the flag and looking at Head: pairs with the one in Ring.
        Interlocked.MemoryBarrier();
        return bell;
    }

    public void DisarmForData() => Volatile.Write(ref _control->ConsumerWaiting, 0);

    /// <summary>Describes the bell for <see cref="Futex.WaitAny"/>.</summary>
    public FutexWaiter DescribeBell(uint bell) => Futex.Describe(&_control->DataBell, bell);

    /// <summary>Declares one side gone and wakes both. Any process and thread may call it, more than once.</summary>
    public void Close()
    {
        Volatile.Write(ref _control->Closed, 1);

        // Full fence: Closed is visible before the bells change, so a woken sleeper sees it. Pairs with the fence in ArmForData.
        Interlocked.MemoryBarrier();
        Interlocked.Increment(ref _control->DataBell);
        Futex.Wake(&_control->DataBell, int.MaxValue);
        Interlocked.Increment(ref _control->SpaceBell);
        Futex.Wake(&_control->SpaceBell, int.MaxValue);
    }

    private static void Ring(ref uint bell, ref uint waiting)
    {
        // Full fence between publishing and looking at the flag: pairs with the one in ArmForData / WaitForRoom.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref waiting) == 0)
        {
            return;
        }

        // The flag goes down before the bell rings: the other order could take down a flag raised after the ring.
        Interlocked.Exchange(ref waiting, 0);
        CrashPoints.Hit(CrashPoint.RingFlagTaken);
        Interlocked.Increment(ref bell);
        CrashPoints.Hit(CrashPoint.RingBellRung);
        Futex.Wake((uint*)Unsafe.AsPointer(ref bell), int.MaxValue);
    }

    private bool WaitForRoom()
    {
        if (_spaceSpin.Until(this, static ring => ring.Room() > 0 || ring.IsClosed))
        {
            return !IsClosed;
        }

        WaitHooks.Blocked(WaitKind.ChannelRoom, (long)_control);
        long asleep = MonotonicClock.Now;
        try
        {
            while (true)
            {
                uint bell = Volatile.Read(ref _control->SpaceBell);
                Volatile.Write(ref _control->ProducerWaiting, 1);

                // Full fence between raising the flag and looking at Tail: pairs with the one in Ring.
                Interlocked.MemoryBarrier();
                if (IsClosed || Room() > 0)
                {
                    Volatile.Write(ref _control->ProducerWaiting, 0);
                    return !IsClosed;
                }

                CrashPoints.Hit(CrashPoint.RingSleeping);
                _ = Futex.Wait(&_control->SpaceBell, bell, MonotonicClock.Never);
            }
        }
        finally
        {
            _spaceSpin.Slept(MonotonicClock.Now - asleep);
            WaitHooks.Resumed(WaitKind.ChannelRoom, (long)_control);
        }
    }

    // A peer may write nonsense into Tail or Head: the counts are clamped, positions are masked, nothing leaves the ring.
    private int Room()
    {
        ulong used = _head - _cachedTail;
        if (used >= (ulong)_size)
        {
            _cachedTail = Volatile.Read(ref _control->Tail);
            used = _head - _cachedTail;
        }

        return used >= (ulong)_size ? 0 : (int)((ulong)_size - used);
    }

    private int Available()
    {
        ulong count = Volatile.Read(ref _control->Head) - _tail;
        return count <= (ulong)_size
            ? (int)count
            : throw new InvalidDataException($"The ring's head is {count} bytes ahead of its tail, more than the ring's {_size}: the other side wrote nonsense.");
    }

    private void CopyIn(ReadOnlySpan<byte> source)
    {
        int start = (int)(_head & ((ulong)_size - 1));
        int first = Math.Min(source.Length, _size - start);
        source[..first].CopyTo(new Span<byte>(_data + start, first));
        source[first..].CopyTo(new Span<byte>(_data, _size));
        GC.KeepAlive(_arena);
    }

    private void CopyOut(Span<byte> destination)
    {
        int start = (int)(_tail & ((ulong)_size - 1));
        int first = Math.Min(destination.Length, _size - start);
        new ReadOnlySpan<byte>(_data + start, first).CopyTo(destination);
        new ReadOnlySpan<byte>(_data, destination.Length - first).CopyTo(destination[first..]);
        GC.KeepAlive(_arena);
    }
}
