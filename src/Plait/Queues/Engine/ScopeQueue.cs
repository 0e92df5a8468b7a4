using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Queues.Engine;

/// <summary>What a queue is beside its items: counts, the end, the work; and what travels.</summary>
internal abstract unsafe class ScopeQueue(QueueParts parts) : IDisposable
{
    private readonly Scope _scope = parts.Scope;
    private bool _isDisposed;

    public QueueParts Parts { get; } = parts;

    public string Name => Parts.Items.Name;

    public IScope Scope => _scope;

    public int? Capacity => Parts.Facts.Capacity == int.MaxValue ? null : Parts.Facts.Capacity;

    public int Count => (int)Math.Clamp(Left, 0, int.MaxValue);

    public bool IsEmpty => Left == 0;

    public bool IsFull => QueueProtocol.RoomOf(Control) == 0;

    public bool IsShutdown => Volatile.Read(ref Control->State) != QueueState.Open;

    public int UnfinishedTasks => (int)Math.Min(QueueProtocol.UnfinishedOf(Control), int.MaxValue);

    protected QueueControl* Control => Parts.Control;

    private bool IsDropped => Volatile.Read(ref Control->State) == QueueState.ShutDownAtOnce;

    // What was dropped is still between Head and Tail.
    private long Left => IsDropped ? 0 : QueueProtocol.CountOf(Control) + QueueProtocol.ReturnedOf(Control);

    /// <summary>What is put and got.</summary>
    public abstract Type ItemType { get; }

    /// <summary>The interface by which it is used.</summary>
    protected virtual string PublicName => $"{((Control->Order == QueueOrder.Priority) ? nameof(IPriorityQueue<>) : nameof(IQueue<>))}<{ItemType}>";

    /// <summary>What its items are encoded by, beside the standard.</summary>
    public virtual IReadOnlyList<Codecs.ICodec> ItemCodecs => [];

    /// <summary>Tells an item's priority; null in a queue without.</summary>
    public abstract Delegate? PriorityFunction { get; }

    public abstract void Shutdown(bool immediate = false);

    public QueueStatistics GetStatistics()
    {
        ObjectRecord* items = Parts.Items.Record;
        ObjectRecord* room = Parts.Room.Record;
        return new QueueStatistics(
            (long)Volatile.Read(ref Control->Tail),
            (long)Volatile.Read(ref Control->Head) + QueueProtocol.RedeliveredOf(Control) - QueueProtocol.ReturnedOf(Control),
            Count,
            UnfinishedTasks,
            (long)Control->Abandoned,
            QueueProtocol.RedeliveredOf(Control),
            (int)items->QueueLength,
            (int)room->QueueLength,
            items->Waits,
            room->Waits,
            TimeSpan.FromTicks((long)(items->TotalWait / 100)),
            TimeSpan.FromTicks((long)(room->TotalWait / 100)),
            TimeSpan.FromTicks((long)(items->LongestWait / 100)),
            TimeSpan.FromTicks((long)(room->LongestWait / 100)));
    }

    public void TaskDone()
    {
        ThrowIfClosed();
        if (Parts.Facts.Has(QueueFlags.AtLeastOnce))
        {
            throw new InvalidOperationException($"{this} delivers at least once: an item is done when its lease is completed, by Lease.Complete.");
        }

        if (!TryFinish(lease: 0))
        {
            throw new InvalidOperationException($"TaskDone was called more often on {this} than items were put: {Control->Done} are done, none is unfinished.");
        }
    }

    public void Join(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Join(Timeout.InfiniteTimeSpan, cancellationToken, file, line);

    public bool Join(TimeSpan timeout, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        return Parts.Work.WaitUntil(QueueSide.Deadline(timeout), new SourcePlace(file, line), cancellationToken);
    }

    public ValueTask JoinAsync(CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ThrowIfClosed();
        ValueTask<bool> wait = Parts.Work.WaitUntilAsync(QueueSide.Deadline(Timeout.InfiniteTimeSpan), new SourcePlace(file, line), cancellationToken);
        return wait.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(wait.AsTask());
    }

    /// <summary>Ends this object's use of the queue; others go on.</summary>
    public void Dispose() => _isDisposed = true;

    public override string ToString() => Parts.ToString();

    /// <summary>Counts one item as done, and with it a lease; false when there is none.</summary>
    protected bool TryFinish(ulong lease)
    {
        Agent self = Parts.Work.Me;
        Guard.Enter(Parts.Memory, Parts.Work.Record, self);
        bool isCounted = QueueWork.TryAdd(Parts.Memory, Control, Parts.Memory.Own, 1, lease);
        Guard.Exit(Parts.Work.Record);
        Parts.Memory.AfterStore();
        if (isCounted && Shared.Load(ref Control->WorkWanted) != 0 && QueueProtocol.UnfinishedOf(Control) == 0)
        {
            Parts.Work.Tell(uint.MaxValue);
        }

        return isCounted;
    }

    protected void ThrowIfClosed()
    {
        if (_isDisposed || _scope.IsClosed)
        {
            ThrowClosed();
        }
    }

    // By what users know it by.
    [DoesNotReturn]
    private void ThrowClosed() => throw new ObjectDisposedException(
        $"{PublicName} '{Name}'",
        _isDisposed ? "This object for the queue was disposed; others that use the queue go on." : $"The scope '{Parts.Scope.Name}', which the queue belongs to, was disposed.");

    protected QueueShutdownException ShutdownError() => new($"{this} is shut down{(IsEmpty || Control->State == QueueState.ShutDownAtOnce ? " and nothing is left in it" : ": nothing can be put any more")}.");
}
