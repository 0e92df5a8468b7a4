namespace Plait.Scheduling;

/// <summary>
/// Something that wants to run: a task, a job, a coroutine. Derive from it, or put a value into a <see cref="SchedulingEntry{T}"/>.
/// A policy asks for the attributes when the entry is added or comes back, and keeps its own place marks in the entry, so that no
/// operation allocates. An entry is in one policy at a time, and may be added again after it has finished.
/// </summary>
public abstract class SchedulingEntry
{
    /// <summary>What it is called. Runs of the same name are taken for runs of the same work when costs are predicted. Default: null, unlike any other.</summary>
    public virtual string? Name => null;

    /// <summary>The smaller, the sooner it runs, where the policy goes by priority. Default: 0.</summary>
    public virtual int Priority => 0;

    /// <summary>The time it is known to need until it ends or blocks. Default: 0, not known, so that it is predicted.</summary>
    public virtual long ExpectedCost => 0;

    /// <summary>Its share, in proportion to the others': tickets in a lottery, the weight of its class under fair share. At least 1. Default: 1.</summary>
    public virtual int Weight => 1;

    /// <summary>The class whose share it uses under fair share; null is a class as well. Default: null.</summary>
    public virtual string? ShareClass => null;

    /// <summary>The time by which it should be done, on the clock that the policy is told. Default: <see cref="SchedulingTime.Unlimited"/>.</summary>
    public virtual long Deadline => SchedulingTime.Unlimited;

    /// <summary>The time between two runs of periodic work. Default: <see cref="SchedulingTime.Unlimited"/>, not periodic.</summary>
    public virtual long Period => SchedulingTime.Unlimited;

    // All below belongs to the policy that has the entry, and changes only inside its methods.

    /// <summary>Neighbours in an <see cref="EntryList"/>, or in a run of an <see cref="EntryHeap"/>.</summary>
    internal SchedulingEntry? Next;
    internal SchedulingEntry? Previous;

    /// <summary>The state of its class, under fair share.</summary>
    internal ShareClassState? Class;

    /// <summary>What an <see cref="EntryHeap"/> orders by, then the order of arrival.</summary>
    internal long Rank;
    internal long Sequence;

    /// <summary>Time it has run in its slice, or in its burst; the policy says which.</summary>
    internal long Used;

    /// <summary>Its index in a heap or a lottery.</summary>
    internal int Position;

    /// <summary>Multilevel feedback: slices used on its level, and the boost after which level and slices were written.</summary>
    internal int Slices;
    internal int Epoch;
    internal short Level;

    /// <summary>Which of the runs of an <see cref="EntryHeap"/> it may have continued.</summary>
    internal byte Run;

    internal EntryState State;
}

/// <summary>An entry that carries a value, for those who do not derive from <see cref="SchedulingEntry"/>.</summary>
/// <typeparam name="T">What the caller wants back when it is taken.</typeparam>
/// <param name="value">What the caller wants back when it is taken.</param>
/// <param name="attributes">What policies go by. Default: null, every attribute's own default.</param>
public sealed class SchedulingEntry<T>(T value, SchedulingAttributes? attributes = null) : SchedulingEntry
{
    private readonly SchedulingAttributes _attributes = attributes ?? SchedulingAttributes.Default;

    /// <summary>What it was made with.</summary>
    public T Value { get; } = value;

    /// <inheritdoc/>
    public override string? Name => _attributes.Name;

    /// <inheritdoc/>
    public override int Priority => _attributes.Priority;

    /// <inheritdoc/>
    public override long ExpectedCost => _attributes.ExpectedCost;

    /// <inheritdoc/>
    public override int Weight => _attributes.Weight;

    /// <inheritdoc/>
    public override string? ShareClass => _attributes.ShareClass;

    /// <inheritdoc/>
    public override long Deadline => _attributes.Deadline;

    /// <inheritdoc/>
    public override long Period => _attributes.Period;
}
