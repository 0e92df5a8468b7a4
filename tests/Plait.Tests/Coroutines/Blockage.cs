using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Tests.Coroutines;

/// <summary>Something of a scope that a coroutine has to wait for, until one of it is provided: each wait that ends takes one.</summary>
/// <param name="Name">What the wait says it waits for.</param>
/// <param name="WaitAsync">Waits for one.</param>
/// <param name="Provide">Provides one, from any thread.</param>
public sealed record Blockage(string Name, Func<Task> WaitAsync, Action Provide)
{
    public static readonly string[] Kinds = ["lock", "reentrant lock", "writer", "reader", "permit", "permit for good", "event", "condition", "once", "items", "room", "many", "lease"];

    public static Blockage Make(string kind, IScope scope)
    {
        switch (kind)
        {
            case "lock":
                ILock gate = scope.CreateLock("it");
                return OfHolds("lock 'it'", () => gate.AcquireAsync(), Taken(() => gate.Acquire()));
            case "reentrant lock":
                IReentrantLock again = scope.CreateReentrantLock("it");
                return OfHolds("reentrant lock 'it'", () => again.AcquireAsync(), Taken(() => again.Acquire()));
            case "writer":
                IReaderWriterLock written = scope.CreateReaderWriterLock("it");
                return OfHolds("reader-writer lock 'it'", () => written.AcquireWriteAsync(), Taken(() => written.AcquireRead()));
            case "reader":
                IReaderWriterLock read = scope.CreateReaderWriterLock("it");
                return OfHolds("reader-writer lock 'it'", () => read.AcquireReadAsync(), Taken(() => read.AcquireWrite()));
            case "permit":
                ISemaphore permits = scope.CreateSemaphore(0, "it");
                return OfHolds("semaphore 'it'", () => permits.AcquireAsync(), () => permits.Release());
            case "permit for good":
                ISemaphore good = scope.CreateSemaphore(0, "it");
                return new Blockage("semaphore 'it'", () => good.WaitAsync().AsTask(), () => good.Release());
            case "event":
                IEvent signal = scope.CreateEvent(mode: EventMode.Auto, name: "it");
                return new Blockage("event 'it'", () => signal.WaitAsync().AsTask(), signal.Set);
            case "condition":
                return OfCondition(scope.CreateCondition(name: "it"));
            case "once":
                return OfOnce(scope.CreateOnce("it"));
            case "items":
                IJoinableQueue<int> items = scope.CreateQueue<int>(name: "it");
                return new Blockage("queue 'it'", () => items.GetAsync().AsTask(), () => items.Put(1));
            case "room":
                IJoinableQueue<int> room = scope.CreateQueue<int>(1, "it");
                room.Put(1);
                return new Blockage("queue 'it'", () => room.PutAsync(2).AsTask(), () => room.Get());
            case "many":
                IJoinableQueue<string> many = scope.CreateQueue<string>(name: "it");
                return new Blockage("queue 'it'", async () => _ = await many.GetManyAsync(new string[1]), () => many.Put("one"));
            case "lease":
                ILeaseQueue<int> leases = scope.CreateLeaseQueue<int>(name: "it");
                return new Blockage("queue 'it'", async () => (await leases.LeaseAsync()).Complete(), () => leases.Put(1));
            default:
                throw new ArgumentException(kind);
        }
    }

    // Whoever gets it gives it back to nobody: the next is provided.
    private static Blockage OfHolds(string name, Func<ValueTask<Hold>> acquire, Action provide)
    {
        Hold? last = null;
        return new Blockage(name, async () => last = await acquire(), () =>
        {
            if (last is { } held)
            {
                last = null;
                held.Release();
            }
            else
            {
                provide();
            }
        });
    }

    // Held by a thread that has ended its part with it: whoever has the hold may release.
    private static Action Taken(Func<Hold> acquire)
    {
        Hold hold = default;
        var thread = new Thread(() => hold = acquire().HandOver()) { IsBackground = true };
        thread.UnsafeStart();
        thread.Join();
        return () => hold.Release();
    }

    private static Blockage OfCondition(ICondition condition) => new(
        "condition 'it'",
        async () =>
        {
            using Hold hold = await condition.AcquireAsync();
            await condition.WaitAsync(hold);
        },
        () => OnThread(() =>
        {
            using Hold hold = condition.Acquire();
            condition.Notify(hold);
        }));

    private static Blockage OfOnce(IOnce once)
    {
        using var isIn = new ManualResetEventSlim();
        var mayEnd = new ManualResetEventSlim();
        var first = new Thread(() => once.Run(() =>
        {
            isIn.Set();
            mayEnd.Wait();
        }))
        { IsBackground = true };
        first.UnsafeStart();
        isIn.Wait();
        return new Blockage("once 'it'", () => once.RunAsync(() => Task.CompletedTask).AsTask(), () =>
        {
            mayEnd.Set();
            first.Join();
        });
    }

    private static void OnThread(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true };
        thread.UnsafeStart();
        thread.Join();
    }
}
