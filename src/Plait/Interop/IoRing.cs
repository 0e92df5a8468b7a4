using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>
/// io_uring(7): operations that the kernel is asked for and that it tells the end of, through two queues in memory that it shares. For one thread: that which calls <see cref="Enter"/> first. Specification:
/// docs/design/proactor.md.
/// </summary>
internal sealed unsafe class IoRing : IDisposable
{
    /// <summary>A flag of a submission: the buffer is one of a group.</summary>
    public const byte FromGroup = 1 << 5;

    /// <summary>There is nothing to receive yet: the attempt is left out, and the socket waited for.</summary>
    public const ushort PollFirst = 1;

    /// <summary>As the length of a watch: it goes on after its first completion.</summary>
    public const uint WatchOn = 1;

    private const long SetupCall = 425;
    private const long EnterCall = 426;
    private const long RegisterCall = 427;

    private const uint CompletionSizeFlag = 1 << 3;
    private const uint DisabledFlag = 1 << 6;
    private const uint SubmitAllFlag = 1 << 7;
    private const uint CooperativeFlag = 1 << 8;
    private const uint TaskRunFlag = 1 << 9;
    private const uint SingleIssuerFlag = 1 << 12;
    private const uint DeferFlag = 1 << 13;

    // One mapping for both queues, nothing dropped, a wait with a time: all older than the groups of buffers that are needed (5.19).
    private const uint NeededFeatures = (1 << 0) | (1 << 1) | (1 << 8);

    private const uint OverflowState = 1 << 1;
    private const uint TaskState = 1 << 2;
    private const uint GetEvents = 1 << 0;
    private const uint WithTime = 1 << 3;
    private const int EnableOperation = 12;

    private const uint Submissions = 256;
    private const int EntriesOffset = 0x10000000;
    private const int ProtectReadWrite = 3;
    private const int MapSharedPopulated = 0x8001;

    private static readonly uint[] s_ways = [SingleIssuerFlag | DeferFlag | TaskRunFlag, CooperativeFlag | TaskRunFlag];

    private readonly Descriptor _ring;
    private readonly byte* _queues;
    private readonly nuint _queuesLength;
    private readonly RingSubmission* _submissions;
    private readonly uint _submissionCount;

    // The kernel writes the head, and this thread the tail, as far as entries are whole.
    private readonly uint* _submissionHead;
    private readonly uint* _submissionTail;
    private readonly uint* _submissionFlags;
    private uint _prepared;

    // The kernel writes the tail, and this thread the head.
    private readonly RingCompletion* _completions;
    private readonly uint _completionMask;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private uint _taken;

    private bool _isEnabled;

    private IoRing(Descriptor ring, in RingParameters parameters)
    {
        _ring = ring;
        _submissionCount = parameters.Submissions;
        _completionMask = parameters.Completions - 1;
        _queuesLength = Math.Max(parameters.SubmissionOrder + (parameters.Submissions * sizeof(uint)), parameters.CompletionEntries + (parameters.Completions * (uint)sizeof(RingCompletion)));
        _queues = (byte*)Map(_queuesLength, 0);
        try
        {
            _submissions = (RingSubmission*)Map(_submissionCount * (nuint)sizeof(RingSubmission), EntriesOffset);
        }
        catch
        {
            _ = Libc.munmap(_queues, _queuesLength);
            throw;
        }

        _submissionHead = (uint*)(_queues + parameters.SubmissionHead);
        _submissionTail = (uint*)(_queues + parameters.SubmissionTail);
        _submissionFlags = (uint*)(_queues + parameters.SubmissionFlags);
        _completions = (RingCompletion*)(_queues + parameters.CompletionEntries);
        _completionHead = (uint*)(_queues + parameters.CompletionHead);
        _completionTail = (uint*)(_queues + parameters.CompletionTail);

        // Entries are submitted in their own order.
        uint* order = (uint*)(_queues + parameters.SubmissionOrder);
        for (uint i = 0; i < _submissionCount; i++)
        {
            order[i] = i;
        }
    }

    /// <summary>Whether the kernel does what is due only when this thread asks for it (<c>DEFER_TASKRUN</c>, Linux 6.1).</summary>
    public bool IsDeferred { get; private init; }

    /// <summary>Whether one more operation can be prepared before some are submitted.</summary>
    public bool HasRoom => _prepared - Volatile.Read(ref *_submissionHead) < _submissionCount;

    /// <summary>Whether there is something to take.</summary>
    public bool HasCompletions => _taken != Volatile.Read(ref *_completionTail);

    /// <summary>Whether a call would do something: submit, bring what is due, or what the queue had no room for.</summary>
    public bool IsCallDue => _prepared != Volatile.Read(ref *_submissionHead) || (Volatile.Read(ref *_submissionFlags) & (OverflowState | TaskState)) != 0;

    /// <summary>A ring; or null, and the error's number.</summary>
    /// <param name="completions">Places in the queue of completions; a power of two.</param>
    /// <param name="errno">0, or why there is none: ENOSYS, EPERM, EACCES, ENOMEM, EMFILE; EINVAL for a kernel that is too old.</param>
    public static IoRing? TryCreate(uint completions, out int errno)
    {
        errno = Errno.EINVAL;
        foreach (uint way in s_ways)
        {
            // Disabled: the thread that enables it is the one it belongs to, and that is not the one that makes it.
            var parameters = new RingParameters { Completions = completions, Flags = way | DisabledFlag | SubmitAllFlag | CompletionSizeFlag };
            var ring = new Descriptor((int)Libc.syscall(SetupCall, (nint)Submissions, (nint)(&parameters), 0, 0, 0, 0));
            if (!ring.IsInvalid)
            {
                return TryOpen(ring, parameters, (way & DeferFlag) != 0, out errno);
            }

            errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINVAL)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>The next operation to submit, empty. There must be room.</summary>
    public ref RingSubmission Prepare()
    {
        ref RingSubmission entry = ref _submissions[_prepared++ & (_submissionCount - 1)];
        entry = default;
        return ref entry;
    }

    /// <summary>Submits what is prepared, and brings completions. Returns early when a signal comes, or the kernel has no memory or room now.</summary>
    /// <param name="isWaiting">Whether to block until there is one.</param>
    /// <param name="deadline">By the monotonic clock: until when, if it blocks.</param>
    /// <exception cref="SystemCallException">The ring is unusable.</exception>
    public void Enter(bool isWaiting, long deadline)
    {
        if (!_isEnabled)
        {
            _isEnabled = true;
            ThrowIf(Register(EnableOperation, null, 0), "io_uring_register");
        }

        // Release: the entries before the tail. Its partner is the kernel's acquire of the tail, in this call.
        Volatile.Write(ref *_submissionTail, _prepared);
        uint count = _prepared - Volatile.Read(ref *_submissionHead);
        Timespec left;
        var wait = new RingWait();
        bool hasTime = isWaiting && (wait.Time = MonotonicClock.Left(deadline, &left)) != null;
        long result = Libc.syscall(
            EnterCall, _ring.Number, (nint)count, isWaiting ? 1 : 0, (nint)(GetEvents | (hasTime ? WithTime : 0)), hasTime ? (nint)(&wait) : 0, hasTime ? sizeof(RingWait) : 0);
        if (result < 0 && Marshal.GetLastPInvokeError() is not (Errno.EINTR or Errno.ETIME or Errno.EAGAIN or Errno.EBUSY) and int errno)
        {
            throw new SystemCallException("io_uring_enter", errno);
        }
    }

    /// <summary>The next completion, if there is one.</summary>
    public bool TryTake(out RingCompletion completion)
    {
        // Acquire: the tail before the entry. Its partner is the kernel's release of the tail, behind the entry.
        if (!HasCompletions)
        {
            completion = default;
            return false;
        }

        completion = _completions[_taken & _completionMask];

        // Release: the entry is read before its place is given away. Its partner is the kernel's acquire of the head, before it writes there.
        Volatile.Write(ref *_completionHead, ++_taken);
        return true;
    }

    /// <summary>0, or the error's number.</summary>
    public int Register(int operation, void* argument, uint count) =>
        Libc.syscall(RegisterCall, _ring.Number, operation, (nint)argument, (nint)count, 0, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public void Dispose()
    {
        _ring.Dispose();
        _ = Libc.munmap(_submissions, _submissionCount * (nuint)sizeof(RingSubmission));
        _ = Libc.munmap(_queues, _queuesLength);
    }

    private static IoRing? TryOpen(Descriptor ring, in RingParameters parameters, bool isDeferred, out int errno)
    {
        try
        {
            errno = (parameters.Features & NeededFeatures) == NeededFeatures ? 0 : Errno.EINVAL;
            if (errno == 0)
            {
                return new IoRing(ring, parameters) { IsDeferred = isDeferred };
            }
        }
        catch (SystemCallException refused)
        {
            errno = refused.Number;
        }

        ring.Dispose();
        return null;
    }

    private void* Map(nuint length, long offset)
    {
        void* start = Libc.mmap(null, length, ProtectReadWrite, MapSharedPopulated, _ring.Number, offset);
        return (nint)start != -1 ? start : throw new SystemCallException("mmap of a ring", Marshal.GetLastPInvokeError());
    }

    private static void ThrowIf(int errno, string call)
    {
        if (errno != 0)
        {
            throw new SystemCallException(call, errno);
        }
    }
}
