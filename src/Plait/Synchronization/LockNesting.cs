using System.Runtime.CompilerServices;
using Plait.Synchronization.Engine;

namespace Plait.Synchronization;

/// <summary>Tells the checking of lock orders that locks of one class are nested on purpose, and in which order.</summary>
public static class LockNesting
{
    /// <summary>The highest level.</summary>
    public const int MostLevel = 7;

    /// <summary>
    /// The same lock, acquired as one of a level of its own: whoever holds a lock of a class and acquires another of it at a higher level breaks no order. That
    /// each unit really goes from lower to higher levels is checked as between classes.
    /// </summary>
    /// <param name="gate">The lock.</param>
    /// <param name="level">1 to <see cref="MostLevel"/>; without this call the level is 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is none.</exception>
    public static NestedLock Nested(this ILock gate, int level)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MostLevel);
        return new NestedLock(gate, level);
    }
}

/// <summary>A lock at a level of nesting; see <see cref="LockNesting.Nested"/>.</summary>
public readonly record struct NestedLock
{
    private readonly ILock _gate;
    private readonly int _level;

    internal NestedLock(ILock gate, int level)
    {
        _gate = gate;
        _level = level;
    }

    /// <inheritdoc cref="ILock.Acquire"/>
    public Hold Acquire(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (!LockOrder.IsOn)
        {
            return _gate.Acquire(cancellationToken, file, line);
        }

        LockOrder.Level = _level;
        try
        {
            Hold hold = _gate.Acquire(cancellationToken, file, line);
            LockOrder.Remember(hold, _level);
            return hold;
        }
        finally
        {
            LockOrder.Level = 0;
        }
    }

    /// <inheritdoc cref="ILock.AcquireAsync"/>
    public ValueTask<Hold> AcquireAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (!LockOrder.IsOn)
        {
            return _gate.AcquireAsync(cancellationToken, file, line);
        }

        // The class is chosen before anything is awaited.
        LockOrder.Level = _level;
        try
        {
            return _gate.AcquireAsync(cancellationToken, file, line);
        }
        finally
        {
            LockOrder.Level = 0;
        }
    }
}
