using System.Globalization;
using System.Text;

namespace Plait.Execution;

/// <summary>Where the time of an executor's workers went.</summary>
/// <param name="IsMeasured">Whether times are measured; where they are not, all of them are zero.</param>
/// <param name="Workers">The workers there are, in the order of their start.</param>
/// <param name="Total">The sums over all workers there ever were.</param>
/// <param name="SlowestTasks">The tasks that ran longest, the slowest first; at most ten. Each attempt is one; of a map, each chunk is.</param>
public sealed record ExecutorInsights(bool IsMeasured, IReadOnlyList<WorkerInsights> Workers, WorkerInsights Total, IReadOnlyList<SlowTask> SlowestTasks)
{
    /// <summary>A table of it, for people: a line a worker, then the slowest tasks.</summary>
    /// <returns>Several lines of text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, "worker", "tasks", "starting", "initializing", "waiting", "working", "encoding");
        foreach (WorkerInsights worker in (WorkerInsights[])[.. Workers, Total])
        {
            Append(
                text,
                worker.Name,
                worker.Tasks.ToString(CultureInfo.InvariantCulture),
                Seconds(worker.Starting),
                Seconds(worker.Initializing),
                Seconds(worker.Waiting),
                Seconds(worker.Working),
                Seconds(worker.Encoding));
        }

        foreach (SlowTask task in SlowestTasks)
        {
            text.Append(Seconds(task.Time).PadLeft(14)).Append("  ").Append(task.Name).Append(" on ").AppendLine(task.Worker);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string first, params ReadOnlySpan<string> others)
    {
        text.Append(first.PadRight(20));
        foreach (string other in others)
        {
            text.Append(other.PadLeft(14));
        }

        text.AppendLine();
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000 s", CultureInfo.InvariantCulture);
}

/// <summary>What one worker spent its time with. The times are apart from each other: their sum is the worker's age, but for moments between them.</summary>
/// <param name="Name">The worker's name; of a total, the executor's.</param>
/// <param name="Tasks">Functions it has run to an end: each attempt of a task is one, and of a map each chunk.</param>
/// <param name="Starting">From its start until it was ready, the initializer not included.</param>
/// <param name="Initializing">In the initializer; of one that is gone, in the finalizer too.</param>
/// <param name="Waiting">Ready, without anything to do.</param>
/// <param name="Working">In the functions of tasks.</param>
/// <param name="Encoding">Reading arguments and writing results, where functions are in another process. Results of less than 256 bytes are not counted: writing them takes less than a look at the clock.</param>
public sealed record WorkerInsights(string Name, long Tasks, TimeSpan Starting, TimeSpan Initializing, TimeSpan Waiting, TimeSpan Working, TimeSpan Encoding);

/// <summary>A task that ran long.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Time">For how long its function ran.</param>
/// <param name="Worker">The name of the worker that ran it.</param>
public sealed record SlowTask(string Name, TimeSpan Time, string Worker);
