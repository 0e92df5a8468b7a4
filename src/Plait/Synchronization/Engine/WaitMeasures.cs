using System.Runtime.CompilerServices;
using Plait.Memory;
using Plait.Telemetry;

namespace Plait.Synchronization.Engine;

/// <summary>Tells the instruments of waits, in their words. Asked behind a sleep only.</summary>
internal static unsafe class WaitMeasures
{
    /// <summary>The agent's wait, in the queue of its target, is over and not acknowledged yet.</summary>
    public static void Waited(in WaitRequest request, Agent agent, WaitOutcome outcome)
    {
        if (WaitInstruments.AreWaitsWatched)
        {
            Tell(request, Shared.Now - agent.Record->WaitSince, outcome);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tell(in WaitRequest request, long nanoseconds, WaitOutcome outcome)
    {
        ObjectKind kind = request.Target->Kind;
        bool isQueue = kind is ObjectKind.QueueItems or ObjectKind.QueueRoom or ObjectKind.QueueWork;
        WaitInstruments.Waited(isQueue, NameOf(kind), NameOf(request.Memory), NameOf(outcome), TimeSpan.FromTicks(Math.Max(0, nanoseconds) / TimeSpan.NanosecondsPerTick));
    }

    public static string NameOf(ScopeMemory memory) => memory.IsShared ? "process" : "thread";

    public static string NameOf(ObjectKind kind) => kind switch
    {
        ObjectKind.Lock => "lock",
        ObjectKind.ReentrantLock => "reentrant_lock",
        ObjectKind.Semaphore => "semaphore",
        ObjectKind.Event => "event",
        ObjectKind.Condition => "condition",
        ObjectKind.Barrier => "barrier",
        ObjectKind.ReaderWriterLock => "reader_writer_lock",
        ObjectKind.Countdown => "countdown",
        ObjectKind.Once => "once",
        ObjectKind.Unit => "join",
        ObjectKind.QueueItems => "items",
        ObjectKind.QueueRoom => "room",
        ObjectKind.QueueWork => "work",
        _ => "other",
    };

    private static string NameOf(WaitOutcome outcome) => outcome switch
    {
        WaitOutcome.TimedOut => "timed_out",
        WaitOutcome.Cancelled => "cancelled",
        WaitOutcome.Deadlocked => "deadlocked",
        WaitOutcome.Refused => "broken",
        _ => "granted",
    };
}
