using System.Collections.Concurrent;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Plait.Tests.Execution;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>What a unit has of the thing that the trial is about, as far as the unit itself can tell.</summary>
internal enum Mark
{
    Outside = 0,

    /// <summary>In a call that changes it.</summary>
    Between = 1,

    Inside = 2,
}

/// <summary>One trial as one process sees it: the memory, and numbers that all processes of the trial share.</summary>
internal sealed class Stage(string path, Numbers numbers, int row)
{
    public const int Stride = 16;

    private readonly Lazy<ProcessScope> _scope = new(() => Ground.Join(path));

    private readonly ConcurrentDictionary<uint, Synchronizer> _objects = [];

    /// <summary>Joined when it is first asked for.</summary>
    public ProcessScope Scope => _scope.Value;

    /// <summary>What the unit has, kept between the parts of its play.</summary>
    public Hold Hold { get; set; }

    /// <summary>See <see cref="Deaths.Mark"/>; by the unit that is to die.</summary>
    public Mark Mark
    {
        get => (Mark)this[0];
        set => this[0] = (int)value;
    }

    /// <summary>The fewest and the most that the victim has done for certain of what is counted.</summary>
    public (int Least, int Most) Count
    {
        get => (this[1], this[2]);
        set => (this[1], this[2]) = value;
    }

    /// <summary>The victim goes no further: it is at its point, or was done before it came there.</summary>
    public bool IsStopped
    {
        get => this[3] != 0;
        set => this[3] = value ? 1 : 0;
    }

    public CrashPoint Point
    {
        get => (CrashPoint)this[4];
        set => this[4] = (int)value;
    }

    /// <summary>How many points the victim has reached.</summary>
    public int Hits
    {
        get => this[5];
        set => this[5] = value;
    }

    public int Reports => this[6];

    public int WrongReports => this[7];

    /// <summary>Where the second victim was stopped, if there is one.</summary>
    public CrashPoint SecondPoint
    {
        get => (CrashPoint)this[8];
        set => this[8] = (int)value;
    }

    /// <summary>The victim, or a companion, is where the other may begin.</summary>
    public bool IsReady
    {
        get => this[9] != 0;
        set => this[9] = value ? 1 : 0;
    }

    /// <summary>Whatever a play counts itself.</summary>
    public int Tally => this[10];

    /// <summary>What others added that the play did not begin with.</summary>
    public int Extras => this[12];

    /// <summary>Who waited for the end of the work goes on.</summary>
    public bool HasJoined
    {
        get => this[13] != 0;
        set => this[13] = value ? 1 : 0;
    }

    /// <summary>The companions were in the victim's process, and died with it.</summary>
    public bool IsAlone
    {
        get => this[11] != 0;
        set => this[11] = value ? 1 : 0;
    }

    public int VictimPid => numbers[1];

    private int this[int number]
    {
        get => numbers[(row * Stride) + number];
        set => numbers[(row * Stride) + number] = value;
    }

    public static void Until(Func<bool> fact, string what, TimeSpan? limit = null)
    {
        if (!SpinWait.SpinUntil(fact, limit ?? (2 * Waits.Hang)))
        {
            throw new TimeoutException($"Not within {limit ?? (2 * Waits.Hang)}: {what}");
        }
    }

    public T Get<T>(uint index = 1)
        where T : class, ISynchronizer => (T)(object)_objects.GetOrAdd(index, Scope.Attach);

    public int AddTally() => numbers.Add((row * Stride) + 10);

    public int AddExtra() => numbers.Add((row * Stride) + 12);

    /// <summary>Counts the report that an acquisition came with, and those that do not name the victim.</summary>
    public Hold Note(Hold hold)
    {
        if (hold.IsAbandoned)
        {
            _ = numbers.Add((row * Stride) + 6);
            if (hold.AbandonedBy?.Pid != VictimPid)
            {
                _ = numbers.Add((row * Stride) + 7);
            }
        }

        return hold;
    }

    /// <summary>Puts away what was done so far: another trial begins.</summary>
    public void Clear()
    {
        for (int i = 0; i < Stride; i++)
        {
            this[i] = 0;
        }
    }

    public void UntilReady() => Until(() => IsReady || IsStopped, "the other is ready");

    /// <summary>Somebody waits for it, or nobody ever will.</summary>
    public void UntilWaiting(ISynchronizer synchronizer, int count = 1) =>
        Until(() => IsStopped || synchronizer.GetStatistics().Waiting >= count, $"{count} wait for {synchronizer}");
}
