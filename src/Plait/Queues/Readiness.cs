using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Queues.Pipes;

namespace Plait.Queues;

/// <summary>Waits for several things at once: connections, listeners, child processes, and any descriptor that can be waited for.</summary>
public static class Readiness
{
    /// <summary>Makes a descriptor that is not Plait's something to wait for, such as <c>socket.SafeHandle</c>: ready when it can be read from, or its other end is gone.</summary>
    /// <param name="descriptor">A socket, pipe, event or process descriptor. Plain files are always ready.</param>
    /// <returns>To be given to the methods beside this one. It does not own the descriptor.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="descriptor"/> is null.</exception>
    public static IReadySource Of(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return new ForeignSource(descriptor);
    }

    /// <summary>Blocks until at least one is ready.</summary>
    /// <param name="sources">What to wait for; at least one.</param>
    /// <param name="timeout">How long to wait at most; 0 to look only; at most 24 days, or infinite.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Those that are ready, in the order in which they were given; none when the time was over. What is disposed counts as ready.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="sources"/> or one of them is null.</exception>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static IReadOnlyList<IReadySource> WaitMany(IEnumerable<IReadySource> sources, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        IReadySource[] all = Check(sources);
        long deadline = Deadline.After(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        List<IReadySource> ready = Look(all, waker: null, Deadline.AtOnce);
        if (ready.Count > 0 || deadline == Deadline.AtOnce)
        {
            return ready;
        }

        Waker waker = Waker.Rent();
        Enlist(all, waker);
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static waker => ((Waker)waker!).Wake(), waker);
            ready = Look(all, waker, deadline);
            if (ready.Count == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            return ready;
        }
        finally
        {
            Delist(all, waker);
            waker.Return();
        }
    }

    /// <summary>Blocks until one is ready.</summary>
    /// <returns>The first of those that are ready, in the order in which they were given; null when the time was over. What is disposed counts as ready.</returns>
    /// <inheritdoc cref="WaitMany(IEnumerable{IReadySource}, TimeSpan, CancellationToken)"/>
    public static IReadySource? WaitAny(IEnumerable<IReadySource> sources, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<IReadySource> ready = WaitMany(sources, timeout, cancellationToken);
        return ready.Count > 0 ? ready[0] : null;
    }

    /// <summary>Blocks until one is ready.</summary>
    /// <param name="sources">What to wait for; at least one.</param>
    /// <returns>The first of those that are ready, in the order in which they were given. What is disposed counts as ready.</returns>
    /// <inheritdoc cref="WaitMany(IEnumerable{IReadySource}, TimeSpan, CancellationToken)" path="/exception"/>
    public static IReadySource WaitAny(params IReadOnlyCollection<IReadySource> sources) => WaitAny(sources, Timeout.InfiniteTimeSpan)!;

    /// <summary>Completes when at least one is ready. No thread waits.</summary>
    /// <inheritdoc cref="WaitMany(IEnumerable{IReadySource}, TimeSpan, CancellationToken)"/>
    public static async ValueTask<IReadOnlyList<IReadySource>> WaitManyAsync(IEnumerable<IReadySource> sources, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        IReadySource[] all = Check(sources);
        long deadline = Deadline.After(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            List<IReadySource> ready = Look(all, waker: null, Deadline.AtOnce);
            TimeSpan left = Deadline.Left(deadline);
            if (ready.Count > 0 || left == TimeSpan.Zero)
            {
                return ready;
            }

            await OnceAsync(all, left, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Completes when one is ready. No thread waits.</summary>
    /// <inheritdoc cref="WaitAny(IEnumerable{IReadySource}, TimeSpan, CancellationToken)"/>
    public static async ValueTask<IReadySource?> WaitAnyAsync(IEnumerable<IReadySource> sources, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<IReadySource> ready = await WaitManyAsync(sources, timeout, cancellationToken).ConfigureAwait(false);
        return ready.Count > 0 ? ready[0] : null;
    }

    private static async Task OnceAsync(IReadySource[] all, TimeSpan left, CancellationToken token)
    {
        var watches = new List<ReadyWatch>(all.Length);
        var gone = new ReadySignal();
        Enlist(all, gone);
        try
        {
            foreach (IReadySource source in all)
            {
                if (source.ReadyDescriptor is { } descriptor)
                {
                    watches.Add(ReadinessLoop.Instance.Watch(descriptor, forWriting: false));
                }
            }

            // What was disposed before it was enlisted would not be told again.
            if (!Array.Exists(all, static source => source.IsReady))
            {
                _ = await Task.WhenAny([gone.Task, .. watches.Select(static watch => watch.Ready)]).WaitAsync(left, token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is TimeoutException or ObjectDisposedException)
        {
            // Either shows at the next look.
        }
        finally
        {
            Delist(all, gone);
            foreach (ReadyWatch watch in watches)
            {
                ReadinessLoop.Instance.Forget(watch);
            }
        }
    }

    private static IReadySource[] Check(IEnumerable<IReadySource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        IReadySource[] all = [.. sources];
        if (all.Length == 0)
        {
            throw new ArgumentException("There is nothing to wait for: give at least one source.", nameof(sources));
        }

        foreach (IReadySource source in all)
        {
            ArgumentNullException.ThrowIfNull(source, nameof(sources));
        }

        return all;
    }

    // Sleeps until the deadline, a wake, or until something is ready.
    private static List<IReadySource> Look(IReadySource[] all, Waker? waker, long deadline)
    {
        const int FewEnough = 64;
        var held = new SafeHandle?[all.Length];
        Span<PollDescriptor> descriptors = all.Length < FewEnough ? stackalloc PollDescriptor[all.Length + 1] : new PollDescriptor[all.Length + 1];
        try
        {
            bool isReady = false;
            for (int i = 0; i < all.Length; i++)
            {
                descriptors[i] = Hold(all[i], out held[i]);
                isReady |= descriptors[i].Revents != 0;
            }

            // poll(2) skips negative descriptors, and sets their Revents to 0.
            descriptors[^1] = new PollDescriptor { Fd = waker?.Number ?? -1, Events = ReadyPoll.Readable };
            _ = ReadyPoll.Wait(descriptors, isReady ? Deadline.AtOnce : deadline);
            var ready = new List<IReadySource>();
            for (int i = 0; i < all.Length; i++)
            {
                if (descriptors[i].Revents != 0 || held[i] is null || all[i].IsReady)
                {
                    ready.Add(all[i]);
                }
            }

            return ready;
        }
        finally
        {
            foreach (SafeHandle? handle in held)
            {
                handle?.DangerousRelease();
            }
        }
    }

    private static PollDescriptor Hold(IReadySource source, out SafeHandle? held)
    {
        held = null;
        SafeHandle? handle = source.ReadyDescriptor;
        bool isHeld = false;
        try
        {
            handle?.DangerousAddRef(ref isHeld);
        }
        catch (ObjectDisposedException)
        {
            // Closed since: as good as ready.
        }

        held = isHeld ? handle : null;
        return isHeld && !source.IsReady
            ? new PollDescriptor { Fd = (int)handle!.DangerousGetHandle(), Events = ReadyPoll.Readable }
            : new PollDescriptor { Fd = -1, Revents = ReadyPoll.Readable };
    }

    private static void Enlist(IReadySource[] all, IWakeable waiter)
    {
        foreach (IReadySource source in all)
        {
            (source as IEndOwner)?.End.Enlist(waiter);
        }
    }

    private static void Delist(IReadySource[] all, IWakeable waiter)
    {
        foreach (IReadySource source in all)
        {
            (source as IEndOwner)?.End.Delist(waiter);
        }
    }

    private sealed class ForeignSource(SafeHandle descriptor) : IReadySource
    {
        public bool IsReady => descriptor.IsClosed;

        public SafeHandle? ReadyDescriptor => descriptor;

        public override string ToString() => $"descriptor {(descriptor.IsClosed ? "(closed)" : descriptor.DangerousGetHandle())}";
    }
}
