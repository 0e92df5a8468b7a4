using System.Threading.Tasks.Sources;
using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <summary>
/// A part of a coroutine with a limit of time: once that is over, every wait inside throws <see cref="ScopeTimeoutException"/>, until the scope is disposed. Scopes
/// nest; each has its own time. For the coroutine that made it.
/// </summary>
/// <remarks>
/// A wait that was over before the time was returns its result; the next one throws. A foreign task inside is not interrupted: its await goes on, and the next wait throws
/// (<see cref="Coroutine.Await(System.Threading.Tasks.Task)"/> awaits one so that the scope ends it). A scope that is disposed in time leaves nothing behind.
/// </remarks>
public sealed class TimeoutScope : CoroutineContext, IDisposable
{
    private readonly CoroutineContext _outer;
    private readonly Alarm _alarm;
    private bool _isClosed;

    internal TimeoutScope(CoroutineContext outer, TimeSpan limit, string? name)
        : base(outer.Loop)
    {
        _outer = outer;
        Name = name;
        Limit = limit;
        _alarm = new Alarm(this);
        Arm();
        SetSynchronizationContext(this);
    }

    /// <inheritdoc/>
    public override Coroutine Root => _outer.Root;

    /// <summary>What it is called in messages; null for nothing.</summary>
    public string? Name { get; }

    /// <summary>The time it was given, last.</summary>
    public TimeSpan Limit { get; private set; }

    /// <summary>Whether its time is over.</summary>
    public bool IsExpired { get => field || IsCancelled; private set; }

    internal override CoroutineContext Outer => _outer;

    /// <summary>Gives it another time, from now on: also one whose time was over, whose waits then work again.</summary>
    /// <param name="limit">0 or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="ObjectDisposedException">It is over.</exception>
    public void Reschedule(TimeSpan limit)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        CheckLimit(limit);
        Loop.CancelTimer(_alarm);
        Forget();
        Limit = limit;
        Arm();
    }

    /// <summary>Ends the scope: its time no longer matters. The one around it goes on.</summary>
    /// <exception cref="InvalidOperationException">A scope inside it has not ended.</exception>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        CoroutineContext? current = Current;
        if (current is not null && current != this && current.Root == Root && current.IsReachedBy(this))
        {
            throw new InvalidOperationException($"Scopes end from the inside out: a scope inside {(Name is { } name ? $"'{name}'" : "this one")} has not ended.");
        }

        _isClosed = true;
        if (Loop.IsOnLoop)
        {
            Close();
        }
        else
        {
            // Behind ConfigureAwait(false): timers are the loop's.
            Loop.TryPost(new Step((Action)Close, null, null));
        }

        if (current == this)
        {
            SetSynchronizationContext(_outer);
        }
    }

    internal static void CheckLimit(TimeSpan limit)
    {
        if (limit < TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "A time is 0 or more, or Timeout.InfiniteTimeSpan for no limit.");
        }
    }

    private void Close()
    {
        Loop.CancelTimer(_alarm);
        IsExpired |= IsCancelled;
        Forget();
    }

    private void Arm()
    {
        if (Limit != Timeout.InfiniteTimeSpan)
        {
            Loop.SetTimer(_alarm, Loop.DeadlineAfter(Limit));
        }
    }

    private sealed class Alarm(TimeoutScope scope) : LoopTimer
    {
        internal override void OnExpired() => scope.Cancel(new Expiry(scope));
    }

    private sealed class Expiry(TimeoutScope scope) : Cancellation
    {
        public override ValueTaskSourceStatus Status => ValueTaskSourceStatus.Faulted;

        public override Exception ToException() => new ScopeTimeoutException(scope);
    }
}
