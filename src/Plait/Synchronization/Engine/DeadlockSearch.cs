using Plait.Interop;
using Plait.Memory;
using Plait.Telemetry;

namespace Plait.Synchronization.Engine;

/// <summary>
/// What a waiter does about deadlocks, after PostgreSQL's way: only a wait that has lasted looks, and only for circles through itself, for
/// whoever closes a circle is in it. See <see cref="DeadlockDetection"/> for what is promised.
/// </summary>
internal static unsafe class DeadlockSearch
{
    private static long s_searches;

    /// <summary>How often a wait of this process has looked.</summary>
    public static long Searches => Volatile.Read(ref s_searches);

    // A schedule that is tried takes the same steps each time.
    private static bool IsTried => Shared.IsInterleaved && Shared.Interleaver is not null;

    /// <summary>When a wait that began then is to look, by the monotonic clock.</summary>
    public static long LooksAt(long since) =>
        DeadlockDetection.Threshold is var threshold && threshold == Timeout.InfiniteTimeSpan ? MonotonicClock.Never : since + (threshold.Ticks * 100);

    /// <summary>Whether the wait is part of a deadlock, and the one to give up.</summary>
    public static bool IsVictim(in WaitRequest request, Agent agent, long now)
    {
        AgentRecord* record = agent.Record;
        if (request.Deadline != MonotonicClock.Never)
        {
            return false;
        }

        if (LooksAt(record->WaitSince) is var looksAt && now < looksAt)
        {
            if (looksAt != MonotonicClock.Never && now - record->WaitSince > looksAt - now && agent.RehearsedWait != record->Sequence && !IsTried)
            {
                agent.RehearsedWait = record->Sequence;
                Rehearse(request.Memory, agent);
            }

            return false;
        }

        Interlocked.Increment(ref s_searches);
        if (DeadlockDetection.CapturesStacks && record->IsAsync == 0 && agent.StackedWait != record->Sequence)
        {
            // On the waiting thread itself: .NET shows a thread's stack to nobody else.
            agent.StackedWait = record->Sequence;
            request.Memory.TellStack(agent, StackText());
        }

        WaitGraph graph = WaitGraph.From(request.Memory);
        if (!WaitGraph.TryRead(request.Memory, agent.Index, out Wait own) || graph.FindCircle(own) is not { } circle)
        {
            return false;
        }

        // The proof asks the kernel about every unit: only who would act on it needs one.
        return IsVictim(graph, circle) && IsProven(graph, circle) && Speak(Report(graph, circle), agent, own.Sequence);
    }

    /// <summary>
    /// Whether the thread, which several units have turns on, is about to sleep for what one of them holds: which has its next turn after the sleep.
    /// </summary>
    public static bool BlocksItself(in WaitRequest request, Agent agent)
    {
        if (Agents.Turn is not { Taker: var taker } || request.Deadline != MonotonicClock.Never || DeadlockDetection.Threshold == Timeout.InfiniteTimeSpan)
        {
            return false;
        }

        WaitGraph graph = WaitGraph.From(request.Memory);
        if (!WaitGraph.TryRead(request.Memory, agent.Index, out Wait own))
        {
            return false;
        }

        foreach (Node blocker in graph.Blockers(own))
        {
            if (blocker.Memory.Units.TakerOf(blocker.Agent) is { } holder && holder.SharesThreadWith(taker))
            {
                // Whoever holds it counts as waiting too: for the thread.
                WaitingUnit waits = WaitText.Describe(graph, own);
                WaitingUnit held = waits with { Unit = Units.Describe(blocker.Memory, blocker.Agent), WaitsFor = holder.LoopName, Kind = "turn of event loop", Holds = WaitText.HoldsOf(graph, blocker) };
                return Speak(new DeadlockReport([waits, held]), agent, own.Sequence);
            }
        }

        return false;
    }

    /// <summary>The exception for the wait that was given up.</summary>
    public static DeadlockException TakeReport(Agent agent)
    {
        DeadlockReport? report = agent.Report;
        agent.Report = null;
        return Failure(report);
    }

    /// <summary>Whether none of the waits will end by itself, all units are there, and nothing has changed since the circle was found.</summary>
    public static bool IsProven(WaitGraph graph, Wait[] circle)
    {
        foreach (Wait wait in circle)
        {
            if (wait.Deadline != MonotonicClock.Never || !wait.Memory.Liveness.IsUnitAlive(wait.Memory.TagOf(wait.Agent)))
            {
                return false;
            }
        }

        return graph.IsStill(circle);
    }

    /// <summary>The circle in words.</summary>
    public static DeadlockReport Report(WaitGraph graph, Wait[] circle)
    {
        var units = new WaitingUnit[circle.Length];
        for (int i = 0; i < circle.Length; i++)
        {
            units[i] = WaitText.Describe(graph, circle[i]);
        }

        return new DeadlockReport(units);
    }

    private static DeadlockException Failure(DeadlockReport? report) => new($"{report}\nThis unit began to wait last and gives up; it acquired nothing.", report);

    // At half the threshold, nothing of which anybody is told: where a process has never done this, the runtime needs some milliseconds before each method's first
    // use. After the threshold they would be late, and with many processes in one circle, on few cores, very late. Only who will have to speak says all of it.
    private static void Rehearse(ScopeMemory memory, Agent agent)
    {
        WaitGraph graph = WaitGraph.From(memory);
        if (WaitGraph.TryRead(memory, agent.Index, out Wait own) && graph.FindCircle(own) is { } circle && IsVictim(graph, circle) && IsProven(graph, circle))
        {
            GC.KeepAlive(Failure(Report(graph, circle)));
        }
    }

    // The first of the circle looks. Everybody must choose the same: the youngest of those who see the whole circle, and of several that
    // began at once the one with the highest number.
    private static bool IsVictim(WaitGraph graph, Wait[] circle)
    {
        Wait own = circle[0];
        bool isKnot = graph.IsAny(own);
        if (!WaitGraph.CanSee(own, circle))
        {
            return false;
        }

        for (int i = 1; i < circle.Length; i++)
        {
            // Of a knot only those see it whole who need any of several.
            if (IsYounger(circle[i], own) && WaitGraph.CanSee(circle[i], circle) && (!isKnot || graph.IsAny(circle[i])))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsYounger(in Wait one, in Wait other)
    {
        if (one.Since != other.Since)
        {
            return one.Since > other.Since;
        }

        AgentRecord* its = one.Memory.Agent(one.Agent);
        AgentRecord* others = other.Memory.Agent(other.Agent);
        return its->ThreadId != others->ThreadId ? its->ThreadId > others->ThreadId
            : its->FlowId != others->FlowId ? its->FlowId > others->FlowId
            : one.Agent > other.Agent;
    }

    // Without our own methods at its top. Further down they may be again: what follows an await of a lock runs within them.
    private static string StackText()
    {
        string[] lines = Environment.StackTrace.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int first = 0;
        while (first < lines.Length && (lines[first].StartsWith("at Plait.Synchronization.", StringComparison.Ordinal) || lines[first].StartsWith("at System.Environment.", StringComparison.Ordinal)))
        {
            first++;
        }

        return string.Join('\n', lines, first, lines.Length - first);
    }

    private static bool Speak(DeadlockReport report, Agent agent, ulong wait)
    {
        if (agent.ReportedWait == wait)
        {
            return false;
        }

        agent.ReportedWait = wait;
        WaitInstruments.DeadlockDetected(WaitMeasures.NameOf(agent.Memory));
        DeadlockDetection.Raise(report);
        switch (DeadlockDetection.Policy)
        {
            case DeadlockPolicy.FailFast:
                Environment.FailFast(report.ToString());
                return false;
            case DeadlockPolicy.Report:
                Console.Error.WriteLine($"Plait: {report}");
                return false;
            default:
                agent.Report = report;
                return true;
        }
    }
}
