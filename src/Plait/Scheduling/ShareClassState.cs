namespace Plait.Scheduling;

/// <summary>A class under fair share: itself an entry, in the heap of classes that have waiting entries, ranked by its virtual time.</summary>
internal sealed class ShareClassState(string? name) : SchedulingEntry
{
    /// <summary>Its waiting entries, in their order.</summary>
    public EntryList Members;

    /// <summary>How many of its entries were taken and have not come back.</summary>
    public int Running;

    /// <summary>How many of its entries are blocked. They keep the class alive.</summary>
    public int Blocked;

    /// <summary>Time received divided by weight.</summary>
    public double VirtualTime;

    /// <summary>The mean of its runs, recent ones counting most; 0 before the first.</summary>
    public double MeanRun;

    public int ShareWeight = 1;

    public override string? Name => name;

    public bool IsIdle => Members.IsEmpty && Running == 0;

    /// <summary>Doubles that are not negative have the order of their bits.</summary>
    public void Rerank() => Rank = BitConverter.DoubleToInt64Bits(VirtualTime);
}
