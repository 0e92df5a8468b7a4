using Plait.Memory;
using Plait.Queues;
using Plait.Queues.Engine;
using Xunit;

namespace Plait.Tests.Queues.Hostile;

/// <summary>A queue in a hostile memory: how it is made, opened and used.</summary>
internal abstract unsafe class Prey(string name)
{
    public string Name => name;

    public QueueControl* Control { get; protected set; }

    public uint Index { get; protected set; }

    /// <summary>Makes it, with items in it, some of them got and one done.</summary>
    public abstract void Make(HostileMemory memory);

    /// <summary>Gets this process's object for it, by its number or by its name.</summary>
    public abstract void Open(HostileMemory memory, bool byName);

    /// <summary>Nothing of the last opening is used any more.</summary>
    public abstract void Close();

    public abstract void Act(int what, Random random, Attempt attempt);
}

/// <summary>Does something that hostile memory may refuse, and nothing worse.</summary>
/// <param name="what">What it is called.</param>
/// <param name="action">What it is.</param>
internal delegate void Attempt(string what, Action action);

/// <inheritdoc cref="Prey"/>
/// <typeparam name="T">Its items.</typeparam>
internal unsafe class Prey<T>(string name, Func<HostileMemory, string, IJoinableQueue<T>> make, Func<T, long>? priority = null) : Prey(name)
{
    public const int Acts = 16;

    private static readonly TimeSpan Moment = TimeSpan.FromTicks(200);

    private readonly T[] _items = new T[6];

    protected IJoinableQueue<T>? Queue { get; private set; }

    public override void Make(HostileMemory memory)
    {
        IJoinableQueue<T> queue = make(memory, Name);
        var parts = ((ScopeQueue)(object)queue).Parts;
        Control = parts.Control;
        Index = parts.Index;
        for (int number = 0; number < 14; number++)
        {
            queue.Put(Items.Make<T>(number * 40));
        }

        for (int number = 0; number < 3; number++)
        {
            Take(queue);
        }
    }

    public override void Open(HostileMemory memory, bool byName)
    {
        Queue = null;
        Queue = byName ? make(memory, Name) : QueueFactory.Attach(QueueParts.Attach(memory.Scope, Index), [], priority);
    }

    public override void Close() => Queue = null;

    protected virtual void Take(IJoinableQueue<T> queue)
    {
        _ = queue.Get();
        queue.TaskDone();
    }

    public override void Act(int what, Random random, Attempt attempt)
    {
        if (Queue is not { } queue)
        {
            return;
        }

        T item = Items.Make<T>(random.Next(700));
        switch (what % Acts)
        {
            case 0 or 1:
                attempt("TryPut", () => queue.TryPut(item));
                break;
            case 2 or 3:
                attempt("TryGet", () => queue.TryGet(out _));
                break;
            case 4:
                attempt("TryPeek", () => queue.TryPeek(out _));
                break;
            case 5:
                Array.Fill(_items, item);
                attempt("TryPutMany", () => queue.TryPutMany(_items));
                break;
            case 6:
                attempt("TryGetMany", () => queue.TryGetMany(_items));
                break;
            case 7:
                attempt("counts", () => Count(queue));
                break;
            case 8:
                attempt("TaskDone", queue.TaskDone);
                break;
            case 9:
                attempt("Join", () => queue.Join(TimeSpan.Zero));
                break;
            case 10:
                attempt("TryGet for a moment", () => queue.TryGet(Moment, out _));
                break;
            case 11:
                attempt("TryPut for a moment", () => queue.TryPut(item, Moment));
                break;
            case 12:
                attempt("Join for a moment", () => queue.Join(Moment));
                break;
            case 13:
                attempt("Shutdown", () => queue.Shutdown(immediate: false));
                break;
            case 14:
                attempt("Shutdown at once", () => queue.Shutdown(immediate: true));
                break;
            default:
                attempt("drain", () => Drain(queue));
                break;
        }
    }

    private static void Count(IJoinableQueue<T> queue)
    {
        _ = queue.Capacity;
        _ = queue.Name;
        _ = queue.ToString();
        _ = queue.IsEmpty;
        _ = queue.IsFull;
        _ = queue.IsShutdown;
        QueueStatistics statistics = queue.GetStatistics();
        Assert.True(queue.Count >= 0 && queue.UnfinishedTasks >= 0 && statistics.Count >= 0, $"{statistics}");
    }

    // No more than were ever put: a hostile peer may let it have as many as it likes.
    private static void Drain(IJoinableQueue<T> queue)
    {
        for (int i = 0; i < 40 && queue.TryGet(out _); i++)
        {
        }
    }
}

/// <summary>The same of buffers, with reservations and loans that are open while the memory changes.</summary>
internal sealed class BufferPrey(string name, Func<HostileMemory, string, IBufferQueue<double>> make) : Prey<double[]>(name, make)
{
    private readonly double[] _buffer = new double[300];
    private BufferLoan<double>? _loan;
    private BufferReservation<double>? _reservation;

    public override void Close()
    {
        _loan?.Dispose();
        _reservation?.Dispose();
        (_loan, _reservation) = (null, null);
        base.Close();
    }

    public override void Act(int what, Random random, Attempt attempt)
    {
        if (Queue is not IBufferQueue<double> queue || random.Next(2) == 0)
        {
            base.Act(what, random, attempt);
            return;
        }

        int length = random.Next(_buffer.Length);
        switch (what % 7)
        {
            case 0:
                attempt("TryBorrow", () =>
                {
                    _loan?.Dispose();
                    _loan = null;
                    _ = queue.TryBorrow(out _loan);
                });
                break;
            case 1:
                attempt("look at the loan", () => _ = Sum(_loan));
                break;
            case 2:
                attempt("give the loan back", () => _loan?.Dispose());
                _loan = null;
                break;
            case 3:
                attempt("Reserve", () =>
                {
                    _reservation?.Dispose();
                    _reservation = null;
                    _reservation = queue.Reserve(length);
                    _reservation.Span.Fill(1);
                });
                break;
            case 4:
                using (var token = new CancellationTokenSource(TimeSpan.FromMilliseconds(1)))
                {
                    attempt("Commit", () => _reservation?.Commit(token.Token));
                }

                attempt("give the reservation back", () => _reservation?.Dispose());
                _reservation = null;
                break;
            case 5:
                attempt("TryGet of a buffer", () => queue.TryGet(_buffer, out _));
                break;
            default:
                attempt("TryPut of a buffer", () => queue.TryPut(_buffer.AsSpan(0, length)));
                break;
        }
    }

    private static double Sum(BufferLoan<double>? loan)
    {
        double sum = 0;
        foreach (double value in loan is null ? [] : loan.Span)
        {
            sum += value;
        }

        return sum;
    }
}

/// <summary>The same with leases that are open while the memory changes.</summary>
/// <inheritdoc/>
internal sealed class LeasePrey<T>(string name, Func<HostileMemory, string, ILeaseQueue<T>> make) : Prey<T>(name, make)
{
    private readonly List<QueueLease<T>> _leases = [];

    // Never given back.
    private QueueLease<T>? _kept;

    // Some come back, one is done, and one stays out: its holder is to be dead later.
    protected override void Take(IJoinableQueue<T> queue)
    {
        var leases = (ILeaseQueue<T>)queue;
        leases.Lease().Complete();
        leases.Lease().Dispose();
        _kept ??= leases.Lease();
    }

    public override void Close()
    {
        foreach (QueueLease<T> lease in _leases)
        {
            lease.Dispose();
        }

        _leases.Clear();
        base.Close();
    }

    public override void Act(int what, Random random, Attempt attempt)
    {
        if (Queue is not ILeaseQueue<T> queue || random.Next(2) == 0)
        {
            base.Act(what, random, attempt);
            return;
        }

        switch (what % 5)
        {
            case 0 or 1:
                attempt("TryLease", () =>
                {
                    if (queue.TryLease(out QueueLease<T>? lease))
                    {
                        _leases.Add(lease);
                    }
                });
                break;
            case 2 when _leases.Count > 0:
                attempt("Complete", () => End().Complete());
                break;
            case 3 when _leases.Count > 0:
                attempt("give the lease back", () => End().Dispose());
                break;
            default:
                attempt("TryLease for a moment", () =>
                {
                    if (queue.TryLease(TimeSpan.FromTicks(200), out QueueLease<T>? lease))
                    {
                        _leases.Add(lease);
                    }
                });
                break;
        }
    }

    private QueueLease<T> End()
    {
        QueueLease<T> lease = _leases[^1];
        _leases.RemoveAt(_leases.Count - 1);
        return lease;
    }
}
