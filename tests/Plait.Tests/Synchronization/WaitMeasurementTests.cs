using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Plait.Interop;
using Plait.Queues;
using Plait.Synchronization;
using Plait.Tests.Execution;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What is measured of waits for locks and queues, and what is not: docs/observability.md.</summary>
public sealed class WaitMeasurementTests() : SynchronizationTest(Setting.Processes)
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(30);

    [Fact]
    public void Acquire_OfALockThatIsHeld_MeasuresTheWait()
    {
        ILock gate = Scope.CreateLock();
        using var measured = new WaitListener();
        Hold hold = gate.Acquire();

        Task<int> waiter = OnThread(() =>
        {
            gate.Acquire().Release();
            return Environment.CurrentManagedThreadId;
        });
        UntilWaiting(gate, 1);
        hold.Release();
        int thread = End(waiter);

        Measured wait = Assert.Single(measured.By(thread));
        Assert.Equal(("plait.lock.wait.duration", "lock process granted"), (wait.Instrument, wait.Tags));
        Assert.InRange(wait.Value, 0, Waits.Hang.TotalSeconds);
    }

    [Fact]
    public void Acquire_OfALockThatIsFree_MeasuresNothing()
    {
        ILock gate = Scope.CreateLock();
        using var measured = new WaitListener();

        for (int i = 0; i < 100; i++)
        {
            gate.Acquire().Release();
        }

        Assert.Empty(measured.By(Environment.CurrentManagedThreadId));
    }

    [Fact]
    public void TryAcquire_UntilItsTimeIsOver_MeasuresAllOfIt()
    {
        ISemaphore permits = Scope.CreateSemaphore(1);
        using Hold permit = permits.Acquire();
        using var measured = new WaitListener();

        int thread = End(OnThread(() =>
        {
            Assert.False(permits.TryAcquire(s_moment, out _));
            return Environment.CurrentManagedThreadId;
        }));

        Measured wait = Assert.Single(measured.By(thread));
        Assert.Equal(("plait.lock.wait.duration", "semaphore process timed_out"), (wait.Instrument, wait.Tags));
        Assert.InRange(wait.Value, s_moment.TotalSeconds * 0.9, Waits.Hang.TotalSeconds);
    }

    [Fact]
    public async Task WaitAsync_OfAnEventThatIsSetLater_MeasuresTheWait()
    {
        using var threads = ThreadScope.Create();
        IEvent green = threads.CreateEvent();
        using var measured = new WaitListener();

        Task wait = green.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        green.Set();
        await wait.InTime();

        // On whichever thread that was.
        Assert.Contains(measured.All, static one => one is { Instrument: "plait.lock.wait.duration", Tags: "event thread granted" });
    }

    [Fact]
    public void Get_FromAQueueThatIsEmpty_MeasuresTheWaitForAnItem()
    {
        IQueue<int> queue = Scope.CreateQueue<int>(2);
        using var measured = new WaitListener();

        int thread = End(OnThread(() =>
        {
            Assert.False(queue.TryGet(s_moment, out _));
            queue.Put(1);
            queue.Put(2);
            Assert.False(queue.TryPut(3, s_moment));
            return Environment.CurrentManagedThreadId;
        }));

        Assert.Equal(["items process timed_out", "room process timed_out"], measured.By(thread).Select(static wait => wait.Tags));
        Assert.All(measured.By(thread), static wait => Assert.Equal("plait.queue.wait.duration", wait.Instrument));
    }

    [Fact]
    public void Acquire_AfterAHolderThatWasKilled_CountsTheAbandonedLock()
    {
        ILock gate = Scope.CreateLock();
        using var measured = new WaitListener();
        using var place = new Gate();
        Task<string> unit = Start(LockWork.Keep, gate, place.Path);
        Visitor holder = End(place.NextAsync());
        Assert.Equal(0, Libc.kill(holder.Pid, Signals.Kill));
        Assert.NotNull(Record.Exception(() => { _ = End(unit); }));

        int thread = End(OnThread(() =>
        {
            using Hold hold = gate.Acquire();
            Assert.True(hold.IsAbandoned);
            return Environment.CurrentManagedThreadId;
        }));

        Assert.Contains(measured.By(thread), static one => one is { Instrument: "plait.lock.abandoned", Tags: "lock process", Value: 1 });
    }

    [Fact]
    public void Acquire_InADeadlock_CountsIt()
    {
        (ILock fork, ILock noodles) = (Scope.CreateLock("fork"), Scope.CreateLock("noodles"));
        using var measured = new WaitListener();
        using var both = new Barrier(2);

        bool[] areVictims = End([OnThread(() => IsVictim(fork, noodles)), OnThread(() => IsVictim(noodles, fork))]);

        Assert.Single(areVictims, static isVictim => isVictim);
        Assert.Contains(measured.All, static one => one is { Instrument: "plait.deadlock.detected", Tags: "process", Value: 1 });
        Assert.Contains(measured.All, static one => one is { Instrument: "plait.lock.wait.duration", Tags: "lock process deadlocked" });

        bool IsVictim(ILock one, ILock other)
        {
            using Hold first = one.Acquire();
            both.SignalAndWait();
            try
            {
                other.Acquire().Release();
                return false;
            }
            catch (DeadlockException)
            {
                return true;
            }
        }
    }

    private sealed record Measured(int Thread, string Instrument, double Value, string Tags);

    // Everything is told on the thread that waited, but for async waits; other tests may wait meanwhile.
    private sealed class WaitListener : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<Measured> _all = new();

        public WaitListener()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Plait" && !instrument.Name.StartsWith("plait.executor.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.Start();
        }

        public IEnumerable<Measured> All => _all;

        public Measured[] By(int thread) => [.. _all.Where(one => one.Thread == thread)];

        public void Dispose() => _listener.Dispose();

        private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string text = string.Join(' ', tags.ToArray().Select(static tag => tag.Value));
            _all.Enqueue(new Measured(Environment.CurrentManagedThreadId, instrument.Name, value, text));
        }
    }
}
