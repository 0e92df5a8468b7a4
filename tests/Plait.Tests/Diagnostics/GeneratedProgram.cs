namespace Plait.Tests.Diagnostics;

/// <summary>What a unit of a generated program asks of a lock.</summary>
internal enum Wish
{
    Alone,
    ToRead,
}

/// <summary>One step of a unit: it acquires, or releases what it acquired last of what it has.</summary>
/// <param name="Lock">The lock's number; -1 for a release.</param>
/// <param name="Wish">How it is acquired.</param>
/// <param name="IsTimed">Whether the wait ends by itself.</param>
internal readonly record struct ProgramStep(int Lock, Wish Wish, bool IsTimed);

/// <summary>Units that acquire and release locks, made up from a number.</summary>
internal sealed class GeneratedProgram
{
    public GeneratedProgram(int seed)
    {
        Seed = seed;
        var random = new Random(seed);
        IsSharing = new bool[random.Next(2, 9)];
        for (int i = 0; i < IsSharing.Length; i++)
        {
            IsSharing[i] = random.Next(5) == 0;
        }

        HasTimeouts = random.Next(4) == 0;

        // A quarter of the programs keep to the order of the locks' numbers most of the time, as programs do.
        IsOrderly = random.Next(4) == 0;
        Units = new ProgramStep[random.Next(2, 7)][];
        IsFlow = new bool[Units.Length];
        for (int i = 0; i < Units.Length; i++)
        {
            Units[i] = MakeUnit(random);
            IsFlow[i] = random.Next(3) == 0;
        }
    }

    public int Seed { get; }

    public ProgramStep[][] Units { get; }

    /// <summary>Which of the units are async flows; the others are threads.</summary>
    public bool[] IsFlow { get; }

    /// <summary>Which of the locks are reader-writer locks.</summary>
    public bool[] IsSharing { get; }

    public bool HasTimeouts { get; }

    public bool IsOrderly { get; }

    private ProgramStep[] MakeUnit(Random random)
    {
        var steps = new List<ProgramStep>();
        var has = new List<int>();
        int length = random.Next(4, 14);
        for (int i = 0; i < length; i++)
        {
            int wanted = random.Next(IsSharing.Length);
            bool isInOrder = has.Count == 0 || wanted > has[^1];
            if (has.Count == 0 || (random.Next(5) < 4 && !has.Contains(wanted) && (isInOrder || !IsOrderly || random.Next(8) == 0)))
            {
                has.Add(wanted);
                steps.Add(new ProgramStep(wanted, IsSharing[wanted] && random.Next(2) == 0 ? Wish.ToRead : Wish.Alone, HasTimeouts && random.Next(3) == 0));
            }
            else
            {
                has.RemoveAt(has.Count - 1);
                steps.Add(new ProgramStep(-1, default, IsTimed: false));
            }
        }

        return [.. steps];
    }
}
