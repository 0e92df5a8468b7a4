using System.Runtime.CompilerServices;

namespace Plait.Synchronization;

/// <summary>
/// Who shares: makes locks and their kin for the threads of one process (<see cref="ThreadScope"/>) or for the processes of one
/// machine (<see cref="ProcessScope"/>). A program changes from one to the other in the line that makes the scope.
/// </summary>
/// <remarks>
/// <para>
/// With a name, a second call with the same name, from any process of the scope, gives the same primitive: it is made by whoever
/// comes first. Without one it is new, and known to those who are handed it. A name is 1 to 100 bytes of UTF-8.
/// </para>
/// <para>
/// Everything made here is safe to be called from any number of threads and async flows at once. A wait is never spurious.
/// A timeout that is negative (other than <see cref="Timeout.InfiniteTimeSpan"/>) is refused.
/// </para>
/// </remarks>
public interface IScope : IDisposable
{
    /// <summary>What the scope is called in reports.</summary>
    string Name { get; }

    /// <summary>Whether what it makes can be used by several processes.</summary>
    bool IsShared { get; }

    /// <summary>A lock: one agent at a time, not reentrant.</summary>
    /// <param name="name">The name by which it is found; null for one without.</param>
    /// <param name="options">How it behaves; null for the defaults. Only whoever makes it decides.</param>
    /// <param name="file">Filled in by the compiler: where it is made, for the checking of lock orders.</param>
    /// <param name="line">Filled in by the compiler: where it is made, for the checking of lock orders.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or belongs to a primitive of another kind.</exception>
    /// <exception cref="ScopeCapacityException">The scope has no room left.</exception>
    /// <exception cref="ObjectDisposedException">The scope is closed.</exception>
    ILock CreateLock(string? name = null, LockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>A lock that its holder may take again: it is free when every hold has been released.</summary>
    /// <inheritdoc cref="CreateLock"/>
    IReentrantLock CreateReentrantLock(string? name = null, LockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>A semaphore: a number of permits, taken one by one.</summary>
    /// <param name="initialCount">Permits that are there at first, 0 or more.</param>
    /// <param name="name">The name by which it is found; null for one without.</param>
    /// <inheritdoc cref="CreateLock"/>
    ISemaphore CreateSemaphore(int initialCount, string? name = null);

    /// <summary>A semaphore that refuses more permits than it was made with.</summary>
    /// <param name="initialCount">Permits that are there at first, 0 to <paramref name="maximumCount"/>.</param>
    /// <param name="maximumCount">The most permits that may be there, 1 or more.</param>
    /// <param name="name">The name by which it is found; null for one without.</param>
    /// <inheritdoc cref="CreateLock"/>
    ISemaphore CreateBoundedSemaphore(int initialCount, int maximumCount, string? name = null);

    /// <summary>An event: waits go on once it is set.</summary>
    /// <param name="isSet">Whether it is set at first.</param>
    /// <param name="mode">Whether it stays set, or lets one wait through and is reset by that.</param>
    /// <param name="name">The name by which it is found; null for one without.</param>
    /// <inheritdoc cref="CreateLock"/>
    IEvent CreateEvent(bool isSet = false, EventMode mode = EventMode.Manual, string? name = null);

    /// <summary>A condition: agents that hold a lock wait, without it, until another tells them to look again.</summary>
    /// <param name="over">The lock, of this scope, reentrant or not; null for a new reentrant one.</param>
    /// <param name="name">The name by which it is found; null for one without. The lock needs a name of its own to be found.</param>
    /// <param name="file">Filled in by the compiler: where it is made, for the checking of lock orders.</param>
    /// <param name="line">Filled in by the compiler: where it is made, for the checking of lock orders.</param>
    /// <exception cref="ArgumentException"><paramref name="over"/> is of another scope.</exception>
    /// <inheritdoc cref="CreateLock"/>
    ICondition CreateCondition(ILock? over = null, string? name = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>A barrier: nobody goes on before all are there.</summary>
    /// <param name="parties">How many meet, 1 or more.</param>
    /// <param name="action">Run by the last to arrive, before anybody goes on; each process gives its own. Null for none.</param>
    /// <param name="name">The name by which it is found; null for one without.</param>
    /// <inheritdoc cref="CreateLock"/>
    IBarrier CreateBarrier(int parties, Action? action = null, string? name = null);

    /// <summary>A reader-writer lock: many readers or one writer. A waiting writer goes before readers that come after it.</summary>
    /// <inheritdoc cref="CreateLock"/>
    IReaderWriterLock CreateReaderWriterLock(string? name = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>A countdown: waits go on when it has been signalled so many times.</summary>
    /// <param name="initialCount">How many signals it takes, 0 or more.</param>
    /// <param name="name">The name by which it is found; null for one without.</param>
    /// <inheritdoc cref="CreateLock"/>
    ICountdown CreateCountdown(int initialCount, string? name = null);

    /// <summary>A value of its own for each thread, or each async flow, of this process.</summary>
    /// <typeparam name="T">The values' type.</typeparam>
    /// <param name="factory">Makes the value of a unit that has none; null for the type's default.</param>
    /// <param name="kind">Whose the values are.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is none.</exception>
    ILocal<T> CreateLocal<T>(Func<T>? factory = null, LocalKind kind = LocalKind.Thread);

    /// <summary>A timer of this process that waits to be started.</summary>
    /// <inheritdoc cref="RestartableTimer(Action, TimeSpan, TimeSpan?, TimeProvider?)"/>
    RestartableTimer CreateTimer(Action callback, TimeSpan interval, TimeSpan? period = null);

    /// <summary>Runs something once in the whole scope.</summary>
    /// <inheritdoc cref="CreateLock"/>
    IOnce CreateOnce(string? name = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}
