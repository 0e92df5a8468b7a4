using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Threads;

namespace Plait.Coroutines.Engine;

/// <content>Its threads, and what was lost.</content>
internal sealed partial class GreenletFamily
{
    // Held by the home thread alone: collected once that has ended.
    [ThreadStatic]
    [SuppressMessage("CodeQuality", "IDE0052:Remove unread private members", Justification = "Held for its finalizer.")]
    private static Owner? t_owner;

    private readonly Lock _gate = new();

    // Guarded by _gate: threads that have begun and not ended, and greenlets whose objects were collected while they had a thread.
    private readonly List<GreenletThread> _threads = [];
    private readonly List<Greenlet> _lost = [];

    private volatile bool _hasLost;
    private volatile bool _isOver;

    /// <summary>Whether there are greenlets to end that were lost.</summary>
    public bool HasLost => _hasLost;

    /// <summary>Whether its thread has ended: nobody switches any more.</summary>
    public bool IsOver => _isOver;

    /// <summary>A greenlet with a thread was collected while it was suspended. By the finalizer.</summary>
    public void AddLost(Greenlet lost)
    {
        lock (_gate)
        {
            _lost.Add(lost);
            _hasLost = true;
        }
    }

    /// <summary>Ends those that were lost, where who runs can wait for that.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whoever runs by chance when it ends has nothing to do with what it throws.")]
    public void EndLost()
    {
        if (Current.Thread is null)
        {
            return;
        }

        Greenlet[] lost;
        lock (_gate)
        {
            lost = [.. _lost];
            _lost.Clear();
            _hasLost = false;
        }

        foreach (Greenlet greenlet in lost)
        {
            try
            {
                greenlet.Dispose();
            }
            catch (Exception error)
            {
                Greenlet.TellLeaked(greenlet.Name, error);
            }

            greenlet.WatchAgain();
        }
    }

    // Gives the turn to where the target is, or starts that thread. False when it cannot be started: the transfer has changed then.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool PassOn()
    {
        Greenlet target = _target!;
        GreenletThread place = target.Thread ?? _home;
        if (target.HasBegun || place == _home)
        {
            place.Give();
            return true;
        }

        lock (_gate)
        {
            _threads.Add(place);
        }

        try
        {
            place.Start(target.Name, () => Live(place));
            return true;
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            lock (_gate)
            {
                _threads.Remove(place);
            }

            Current = target;
            End(null, new ThreadStartRefusedException(target.Name, ThreadRegistry.CountStarted(), ThreadLimits.Read(), error));
            return false;
        }
    }

    // A greenlet's thread, from its first line to its last. It began with the turn, and the greenlet is the target.
    private void Live(GreenletThread here)
    {
        t_current = this;
        if (Arrive())
        {
            RunFunction(here);
        }

        lock (_gate)
        {
            _threads.Remove(here);
        }

        if (here.IsDoomed)
        {
            DoomNext();
            return;
        }

        while (true)
        {
            _ = Resolve();
            if (PassOn())
            {
                return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever the function throws is thrown in its parent.")]
    private void RunFunction(GreenletThread here)
    {
        object? value = null;
        Exception? error = null;
        try
        {
            value = Current.Begin()(Take());
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        if (!here.IsDoomed)
        {
            End(value, error);
        }
    }

    private static void ThrowIfDoomed(GreenletThread here)
    {
        if (here.IsDoomed)
        {
            t_current = null;
            throw new GreenletExitException("The thread that the greenlet belongs to has ended.");
        }
    }

    // The home thread has ended: all others wait for a turn that does not come. One after the other, so that only one runs at any time.
    private void DoomNext()
    {
        GreenletThread? next;
        lock (_gate)
        {
            next = _threads.FirstOrDefault();
        }

        next?.Doom();
    }

    private void OnOwnerEnded()
    {
        int left;
        lock (_gate)
        {
            _isOver = true;
            left = _threads.Count - _lost.Count;
        }

        if (left > 0)
        {
            Greenlet.TellLeaked($"{left} of thread {_thread.ManagedThreadId}", null);
        }

        DoomNext();
    }

    private sealed class Owner(GreenletFamily family)
    {
        ~Owner() => family.OnOwnerEnded();
    }
}
