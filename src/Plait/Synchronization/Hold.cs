using Plait.Synchronization.Engine;

namespace Plait.Synchronization;

/// <summary>
/// The right to release what was acquired: a lock, one side of a reader-writer lock, a permit. Whoever has it may release, from
/// any thread, so it may be kept across an await. Dispose it once; disposing it again does nothing.
/// </summary>
/// <remarks>
/// Copies are the same right. Until the release, the agent that acquired (the thread, or the async flow) counts as the holder,
/// for recovery and in reports; <see cref="HandOver"/> ends that, for a hold that another unit will release.
/// </remarks>
public readonly struct Hold : IDisposable, IEquatable<Hold>
{
    private readonly HeldSynchronizer? _target;
    private readonly Agent? _agent;
    private readonly ulong _entry;

    internal Hold(HeldSynchronizer target, Agent agent, ulong entry, bool isAbandoned = false)
    {
        _target = target;
        _agent = agent;
        _entry = entry;
        IsAbandoned = isAbandoned;
    }

    /// <summary>
    /// Whether the holder before died, or ended, without releasing: what it guarded may be half changed. Said once, to the next holder;
    /// <see cref="AbandonedBy"/> says who it was.
    /// </summary>
    public bool IsAbandoned { get; }

    /// <summary>Who held it and was gone without a release; null when <see cref="IsAbandoned"/> is false.</summary>
    public UnitIdentity? AbandonedBy => IsAbandoned ? _target!.LastAbandonedBy : null;

    /// <summary>Whether it has not been released yet.</summary>
    public bool IsHeld => _target is { } target && target.IsHeldBy(_agent!, _entry);

    internal HeldSynchronizer? Target => _target;

    internal Agent? Agent => _agent;

    internal ulong Entry => _entry;

    /// <summary>Releases. Does not block.</summary>
    /// <exception cref="SynchronizationException">It was released before, or never acquired.</exception>
    public void Release()
    {
        if (_target is not { } target)
        {
            throw new SynchronizationException("This hold was never acquired: it is the default value.");
        }

        if (!target.TryRelease(_agent!, _entry))
        {
            throw new SynchronizationException($"{target.Name} cannot be released: this hold of it was released before.");
        }
    }

    /// <summary>Releases if that has not happened yet. Does not block and does not throw.</summary>
    public void Dispose() => _target?.TryRelease(_agent!, _entry);

    /// <summary>
    /// Says that another unit will release: the agent that acquired is no longer blamed for it in deadlock reports, and its end no
    /// longer frees it. The end of its process still does.
    /// </summary>
    /// <exception cref="SynchronizationException">It was released before, or never acquired.</exception>
    public Hold HandOver()
    {
        if (_target is { } target && target.TryHandOver(_agent!, _entry, out Hold handed))
        {
            return handed;
        }

        throw new SynchronizationException("This hold cannot be handed over: it was released before, or never acquired.");
    }

    /// <inheritdoc/>
    public bool Equals(Hold other) => _target == other._target && _agent == other._agent && _entry == other._entry;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Hold other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_target, _entry);

    /// <summary>Whether both are the same right.</summary>
    public static bool operator ==(Hold left, Hold right) => left.Equals(right);

    /// <summary>Whether they are different rights.</summary>
    public static bool operator !=(Hold left, Hold right) => !left.Equals(right);
}
