using Plait.Synchronization;

namespace Plait.Diagnostics;

/// <summary>
/// Who held what and waited for what at one moment, as far as it can be seen. Read while everybody went on: a part may be a moment older than another. Only what
/// is in <see cref="Deadlocks"/> was read twice and proven. The three levels are apart: a deadlock is there now and will stay; an inversion is an order of
/// locks that can become one; a suspected wait has lasted long, and that is all that is known.
/// </summary>
/// <param name="Units">Everybody who holds or waits. A unit's number is its place here.</param>
/// <param name="Primitives">What they hold or wait for. A primitive's number is its place here.</param>
/// <param name="Holds">Who holds what.</param>
/// <param name="Waits">Who waits for what.</param>
/// <param name="Deadlocks">Units that wait for each other in a circle, proven. None of these waits will ever end by itself.</param>
/// <param name="Inversions">Orders of locks that contradict each other, where orders are checked (<see cref="DeadlockDetection.ChecksOrder"/>): a deadlock that is possible, not one that is there.</param>
/// <param name="Suspected">Waits that have lasted long and are in none of the deadlocks.</param>
/// <param name="IdleUnits">How many units have used a scope, and hold and wait for nothing.</param>
/// <param name="Unseen">What could not be looked at, and why: a sentence each.</param>
public sealed record WaitGraphSnapshot(
    IReadOnlyList<GraphUnit> Units,
    IReadOnlyList<GraphPrimitive> Primitives,
    IReadOnlyList<GraphHold> Holds,
    IReadOnlyList<GraphWait> Waits,
    IReadOnlyList<GraphDeadlock> Deadlocks,
    IReadOnlyList<OrderInversion> Inversions,
    IReadOnlyList<GraphSuspicion> Suspected,
    int IdleUnits,
    IReadOnlyList<string> Unseen)
{
    /// <summary>The graph for Graphviz: <c>dot -Tsvg</c>. Boxes are units, ellipses primitives; an arrow leads from a primitive to its holder, and from who waits to what it waits for. Deadlocks are red, suspected waits orange.</summary>
    public string ToDot() => DotText.Write(this);

    /// <summary>The same for Mermaid, as Markdown pages show it.</summary>
    public string ToMermaid() => MermaidText.Write(this);

    /// <summary>The same for people, in lines: first the deadlocks, then what is suspected, then everybody who waits.</summary>
    public override string ToString() => PlainText.Write(this);
}

/// <summary>A unit that holds or waits.</summary>
/// <param name="Number">Its place in <see cref="WaitGraphSnapshot.Units"/>.</param>
/// <param name="Unit">Who it is.</param>
public sealed record GraphUnit(int Number, UnitIdentity Unit);

/// <summary>Something that is held or waited for.</summary>
/// <param name="Number">Its place in <see cref="WaitGraphSnapshot.Primitives"/>.</param>
/// <param name="Name">Its name, or its kind and number.</param>
/// <param name="Kind">What it is: "lock", "semaphore", …; "thread" for the end of one.</param>
/// <param name="Scope">The memory that it lies in: "threads of pid 4121", "processes", "scope 'shop'".</param>
/// <param name="Waiting">How many wait for it.</param>
public sealed record GraphPrimitive(int Number, string Name, string Kind, string Scope, int Waiting);

/// <summary>An edge: a unit holds a primitive.</summary>
/// <param name="Unit">The number of the unit.</param>
/// <param name="Primitive">The number of the primitive.</param>
/// <param name="Mode">"alone", "to read" or "a permit".</param>
/// <param name="AcquiredAt">Where in the source it was acquired: "Bank.cs:88". In another process known of units that wait.</param>
public sealed record GraphHold(int Unit, int Primitive, string Mode, string AcquiredAt);

/// <summary>An edge: a unit waits for a primitive.</summary>
/// <param name="Unit">The number of the unit.</param>
/// <param name="Primitive">The number of the primitive.</param>
/// <param name="Lasts">How long it has been waiting.</param>
/// <param name="EndsBy">In how much time the wait ends by itself; null when it does not.</param>
/// <param name="At">Where in the source: "Bank.cs:90".</param>
/// <param name="Blockers">The numbers of the units that all have to do something before it can end. Empty where anybody may end it.</param>
public sealed record GraphWait(int Unit, int Primitive, TimeSpan Lasts, TimeSpan? EndsBy, string At, IReadOnlyList<int> Blockers);

/// <summary>A proven deadlock.</summary>
/// <param name="Units">The numbers of its units: each waits for the next, the last for the first.</param>
/// <param name="Report">The same in words.</param>
public sealed record GraphDeadlock(IReadOnlyList<int> Units, DeadlockReport Report);

/// <summary>A wait that has lasted long, and is in no deadlock.</summary>
/// <param name="Unit">The number of the unit.</param>
/// <param name="Wait">The wait, and what the unit holds meanwhile.</param>
/// <param name="Reason">What is known of why it lasts.</param>
public sealed record GraphSuspicion(int Unit, WaitingUnit Wait, string Reason);
