using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Net.Rings;

/// <summary>
/// What a loop sleeps in that hands its operations to an io_uring: one call submits what its steps have begun, and waits for what is done. Descriptors that are only watched are told by edges, as with epoll.
/// Specification: docs/design/proactor.md.
/// </summary>
internal sealed class RingPoller : LoopPoller
{
    /// <summary>Places for completions, before the kernel has to keep them itself.</summary>
    public const uint Completions = 4096;

    // No operation's slot.
    private const ulong Nobody = ulong.MaxValue;

    private readonly IoRing _ring;
    private readonly List<RingOperation?> _operations = [];
    private readonly Stack<int> _free = new();
    private readonly Queue<RingReceive> _starved = new();
    private readonly WakeDescriptor _wake;
    private readonly RingWatch _waking;
    private readonly Lock _gate = new();
    private bool _isDisposed;
    private int _inFlight;

    private RingPoller(IoRing ring, IoRingBuffers buffers, WakeDescriptor wake)
    {
        _ring = ring;
        _wake = wake;
        Buffers = buffers;

        // By edges, every write is told once: nobody needs to read it.
        _waking = new RingWatch(this, new LoopDescriptor(wake.Number));
        Add(_waking);
        _waking.Submit();
    }

    /// <summary>What receives take.</summary>
    public IoRingBuffers Buffers { get; }

    /// <summary>A poller; or null, and the error's number.</summary>
    /// <param name="errno">0, or why the system gives no ring.</param>
    /// <param name="completions">Places for completions; a power of two.</param>
    public static RingPoller? TryCreate(out int errno, uint completions = Completions)
    {
        if (IoRing.TryCreate(completions, out errno) is not { } ring)
        {
            return null;
        }

        IoRingBuffers? buffers = IoRingBuffers.TryCreate(ring, out errno);
        try
        {
            if (buffers is not null)
            {
                return new RingPoller(ring, buffers, new WakeDescriptor());
            }
        }
        catch (SystemCallException refused)
        {
            errno = refused.Number;
            buffers?.Dispose();
        }

        ring.Dispose();
        return null;
    }

    /// <summary>Knows a descriptor whose operations the caller submits. They end, and are forgotten, when the descriptor is closed.</summary>
    public void Adopt(LoopDescriptor descriptor, RingOperation operation)
    {
        for (RingOperation? each = operation; each is not null; each = each.Companion)
        {
            Add(each);
        }

        descriptor.Interest = operation.Slot;
        Enter(descriptor);
    }

    /// <summary>The submission of an operation, to be filled in. It is in flight from here on.</summary>
    public ref RingSubmission Prepare(RingOperation operation)
    {
        operation.IsInFlight = true;
        _inFlight++;
        ref RingSubmission entry = ref Prepare();
        entry.Id = (ulong)operation.Slot;
        return ref entry;
    }

    /// <summary>There was no buffer for a receive: it is submitted again in its turn.</summary>
    public void Starve(RingReceive receive) => _starved.Enqueue(receive);

    /// <summary>Cancels an operation, and blocks until the kernel is through with it: what it was given is the caller's again. It may have been done before.</summary>
    public void CancelAndWait(RingOperation operation)
    {
        while (operation.IsInFlight)
        {
            ref RingSubmission entry = ref Prepare();
            entry.Opcode = RingOpcode.Cancel;
            entry.Descriptor = -1;
            entry.Address = (ulong)operation.Slot;
            entry.Id = Nobody;

            // The cancellation has a completion of its own: this comes back in any case.
            _ring.Enter(isWaiting: true, MonotonicClock.Never);
            TakeCompletions();
        }
    }

    public override void Wait(long deadline)
    {
        FeedStarved();
        bool isWaiting = deadline != MonotonicClock.AtOnce && !_ring.HasCompletions;
        if (isWaiting || _ring.IsCallDue)
        {
            _ring.Enter(isWaiting, deadline);
        }

        TakeCompletions();
    }

    public override void Wake()
    {
        // Who posts may come while the loop ends.
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _wake.Set();
            }
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        CancelAndWait(_waking);
        System.Diagnostics.Debug.Assert(_inFlight == 0, "What was in flight has ended with its descriptor.");
        Buffers.Dispose();
        _ring.Dispose();
        _wake.Dispose();
    }

    protected override void Add(LoopDescriptor descriptor)
    {
        var watch = new RingWatch(this, descriptor);
        Add(watch);
        descriptor.Interest = watch.Slot;
        watch.Submit();
    }

    protected override void Remove(LoopDescriptor descriptor)
    {
        // An operation keeps its file open: it must have ended before the descriptor is closed.
        for (RingOperation? each = _operations[descriptor.Interest]; each is not null; each = each.Companion)
        {
            CancelAndWait(each);
            _operations[each.Slot] = null;
            _free.Push(each.Slot);
        }
    }

    private void Add(RingOperation operation)
    {
        if (_free.TryPop(out int slot))
        {
            _operations[slot] = operation;
        }
        else
        {
            slot = _operations.Count;
            _operations.Add(operation);
        }

        operation.Slot = slot;
    }

    private ref RingSubmission Prepare()
    {
        while (!_ring.HasRoom)
        {
            _ring.Enter(isWaiting: false, MonotonicClock.AtOnce);
            if (!_ring.HasRoom)
            {
                // Where the kernel has no room for completions, it takes nothing on.
                TakeCompletions();
            }
        }

        return ref _ring.Prepare();
    }

    // Each is taken before it is handled: what handles it may take others.
    private void TakeCompletions()
    {
        while (_ring.TryTake(out RingCompletion completion))
        {
            if (completion.Id == Nobody)
            {
                continue;
            }

            RingOperation operation = _operations[(int)completion.Id]!;
            if (!completion.HasMore)
            {
                operation.IsInFlight = false;
                _inFlight--;
            }

            operation.OnCompleted(completion);
        }
    }

    private void FeedStarved()
    {
        for (int left = Buffers.Count; left > 0 && _starved.TryDequeue(out RingReceive? receive); left--)
        {
            receive.Feed();
        }
    }
}
