namespace Plait.Cli.Chapters.Theory;

/// <summary>Tasks that give way after each step, and those who switch between them by hand, all on one thread.</summary>
internal static class Generators
{
    /// <summary>Computes in one go.</summary>
    public static ulong Compute(int steps)
    {
        ulong value = 1;
        for (int i = 0; i < steps; i++)
        {
            value = (value * 6364136223846793005) + 1;
        }

        return value;
    }

    /// <summary>Computes the same, and gives way after each step.</summary>
    public static IEnumerator<ulong> ComputeInSteps(int steps)
    {
        ulong value = 1;
        for (int i = 0; i < steps; i++)
        {
            value = (value * 6364136223846793005) + 1;
            yield return value;
        }
    }

    /// <summary>Asks for something again and again, and gives way with what it waits for each time.</summary>
    public static IEnumerator<Task> WaitInSteps(int times, Func<Task> ask)
    {
        for (int i = 0; i < times; i++)
        {
            yield return ask();
        }
    }

    /// <summary>Runs each for a step in turn until all are over.</summary>
    public static void InTurns<T>(Queue<IEnumerator<T>> tasks)
    {
        while (tasks.TryDequeue(out IEnumerator<T>? task))
        {
            if (task.MoveNext())
            {
                tasks.Enqueue(task);
            }
        }
    }

    /// <summary>Runs one to its end, waits included, then the next.</summary>
    public static async Task OneAfterTheOtherAsync(params IEnumerator<Task>[] tasks)
    {
        foreach (IEnumerator<Task> task in tasks)
        {
            while (task.MoveNext())
            {
                await task.Current;
            }
        }
    }

    /// <summary>Runs each until it waits, and goes on with whichever has waited enough.</summary>
    public static async Task WhileOthersWaitAsync(params IEnumerator<Task>[] tasks)
    {
        List<IEnumerator<Task>> waiting = [.. tasks.Where(static task => task.MoveNext())];
        while (waiting.Count > 0)
        {
            await Task.WhenAny(waiting.Select(static task => task.Current));
            waiting.RemoveAll(static task => task.Current.IsCompleted && !task.MoveNext());
        }
    }
}
