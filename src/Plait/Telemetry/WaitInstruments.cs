using System.Diagnostics.Metrics;

namespace Plait.Telemetry;

/// <summary>
/// What Plait measures of locks and queues: waits that slept, owners that died, deadlocks. Nothing of it is on the way of those who do not wait, and a process
/// that makes neither scope nor executor loads none of it: workers wait as well. Documented in docs/observability.md.
/// </summary>
internal static class WaitInstruments
{
    public const string LockKind = "plait.lock.kind";
    public const string QueueWait = "plait.queue.wait";
    public const string ScopeType = "plait.scope.type";
    public const string WaitOutcome = "plait.wait.outcome";

    private static volatile bool s_arePublished;

    /// <summary>Whether anybody wants to know how long waits took.</summary>
    public static bool AreWaitsWatched => s_arePublished && (Made.LockWait.Enabled || Made.QueueWait.Enabled);

    /// <summary>Makes the instruments, so that listeners learn of them. Called by who makes a scope.</summary>
    public static void Publish()
    {
        if (!s_arePublished)
        {
            GC.KeepAlive(Made.LockWait);
            s_arePublished = true;
        }
    }

    /// <summary>A wait that slept is over.</summary>
    public static void Waited(bool isQueue, string kind, string scope, string outcome, TimeSpan time) => (isQueue ? Made.QueueWait : Made.LockWait).Record(
        time.TotalSeconds,
        new(isQueue ? QueueWait : LockKind, kind),
        new(ScopeType, scope),
        new(WaitOutcome, outcome));

    /// <summary>Somebody has got what its last holder, who is gone, never released.</summary>
    public static void Abandoned(string kind, string scope)
    {
        if (s_arePublished && Made.Abandoned.Enabled)
        {
            Made.Abandoned.Add(1, new(LockKind, kind), new(ScopeType, scope));
        }
    }

    /// <summary>A deadlock was proven.</summary>
    public static void DeadlockDetected(string scope)
    {
        if (s_arePublished && Made.Deadlocks.Enabled)
        {
            Made.Deadlocks.Add(1, new KeyValuePair<string, object?>(ScopeType, scope));
        }
    }

    // Apart, so that nothing of it is loaded before it is published.
    private static class Made
    {
        private static readonly Meter s_meter = new(Instruments.Name, Tracing.Version);

        public static readonly Histogram<double> LockWait =
            s_meter.CreateHistogram("plait.lock.wait.duration", "s", "Time that waits for a lock or another primitive slept.", advice: Instruments.Seconds);

        public static readonly Histogram<double> QueueWait =
            s_meter.CreateHistogram("plait.queue.wait.duration", "s", "Time that waits for an item of a queue, for room in it or for its work slept.", advice: Instruments.Seconds);

        public static readonly Counter<long> Abandoned = s_meter.CreateCounter<long>("plait.lock.abandoned", "{lock}", "Locks and permits taken over from a holder that was gone without a release.");

        public static readonly Counter<long> Deadlocks = s_meter.CreateCounter<long>("plait.deadlock.detected", "{deadlock}", "Deadlocks that were proven.");
    }
}
