using Plait.Interop;

namespace Plait.Queues.Pipes;

/// <summary>Who has an end, so that a wait for several things hears of its disposal.</summary>
internal interface IEndOwner
{
    PipeEnd End { get; }
}

/// <summary>One end of a connection: its socket, and who waits for it in this process.</summary>
internal sealed class PipeEnd(Descriptor socket) : IDisposable
{
    // Guarded by itself.
    private readonly List<IWakeable> _waits = [];
    private volatile bool _isDisposed;

    public Descriptor Socket => socket;

    public bool IsDisposed => _isDisposed;

    /// <summary>Closes this process's descriptor of it. Others of the same end, in this process or another, stay what they are.</summary>
    public void Dispose()
    {
        lock (_waits)
        {
            _isDisposed = true;
            foreach (IWakeable wait in _waits)
            {
                wait.Wake();
            }
        }

        // The number is given back when the last call that uses it returns.
        socket.Dispose();
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, typeof(PipeConnection));

    /// <summary>The waiter is woken when the end is disposed. Followed by a look at <see cref="IsDisposed"/>.</summary>
    public void Enlist(IWakeable waiter)
    {
        lock (_waits)
        {
            _waits.Add(waiter);
        }
    }

    public void Delist(IWakeable waiter)
    {
        lock (_waits)
        {
            _ = _waits.Remove(waiter);
        }
    }

    /// <summary>Blocks until something can be read, or written, or the other end is gone. False when the time was over.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed.</exception>
    public bool Wait(bool forWriting, long deadline, CancellationToken token)
    {
        if (deadline == Deadline.AtOnce)
        {
            return false;
        }

        Waker waker = Waker.Rent();
        Enlist(waker);
        try
        {
            using CancellationTokenRegistration registration = token.UnsafeRegister(static waker => ((Waker)waker!).Wake(), waker);
            using var use = new Use(this);
            Span<PollDescriptor> descriptors =
            [
                new() { Fd = socket.Number, Events = forWriting ? ReadyPoll.Writable : ReadyPoll.Readable },
                new() { Fd = waker.Number, Events = ReadyPoll.Readable },
            ];
            int ready = ReadyPoll.Wait(descriptors, deadline);
            if (descriptors[0].Revents == 0)
            {
                token.ThrowIfCancellationRequested();
            }

            return ready > 0;
        }
        finally
        {
            Delist(waker);
            waker.Return();
            ThrowIfDisposed();
        }
    }

    /// <summary>As <see cref="Wait"/>, without a thread that waits.</summary>
    public async ValueTask<bool> WaitAsync(bool forWriting, long deadline, CancellationToken token)
    {
        TimeSpan left = Deadline.Left(deadline);
        if (left == TimeSpan.Zero)
        {
            return false;
        }

        ThrowIfDisposed();
        ReadyWatch watch = ReadinessLoop.Instance.Watch(socket, forWriting);
        Enlist(watch);
        try
        {
            ThrowIfDisposed();
            await watch.Ready.WaitAsync(left, token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            Delist(watch);
            ReadinessLoop.Instance.Forget(watch);
        }

        ThrowIfDisposed();
        return true;
    }

    /// <summary>Keeps the socket's number from being given away while a call uses it.</summary>
    public readonly ref struct Use
    {
        private readonly PipeEnd _end;

        public Use(PipeEnd end)
        {
            end.ThrowIfDisposed();
            bool isHeld = false;
            end.Socket.DangerousAddRef(ref isHeld);
            _end = end;
        }

        public void Dispose() => _end.Socket.DangerousRelease();
    }
}
