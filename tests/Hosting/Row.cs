using System.Reflection;
using Plait.Processes;

/// <summary>
/// What every kind of hosting must be able to do: three functions in child processes, one that awaits, one that starts a
/// thread and one that uses Parallel (each hangs where a worker runs inside a type or module initializer).
/// </summary>
internal static class Row
{
    // A file to which every run of this code adds a line. Children inherit the variable: one of them that ran Main shows here.
    private const string MainsVariable = "ROW_MAINS";

    private const int Captured = 6;

    /// <summary>Prints one line, "row ok …" or "row failed …".</summary>
    /// <returns>The exit code.</returns>
    public static int Run()
    {
        string? inherited = Environment.GetEnvironmentVariable(MainsVariable);
        string mains = inherited ?? Path.GetTempFileName();
        Environment.SetEnvironmentVariable(MainsVariable, mains);
        File.AppendAllText(mains, Environment.ProcessId + "\n");
        try
        {
            return Report(mains);
        }
        finally
        {
            if (inherited is null)
            {
                File.Delete(mains);
            }
        }
    }

    private static int Report(string mains)
    {
        int captured = Captured;
        string here = Surroundings();
        try
        {
            using ChildProcess<Answer> awaits = ChildProcess.Start(async () => new Answer(await AddAsync(captured), Environment.ProcessId, Surroundings()));
            using ChildProcess<Answer> starts = ChildProcess.Start(() => new Answer(AddOnAThread(captured), Environment.ProcessId, Surroundings()));
            using ChildProcess<Answer> splits = ChildProcess.Start(static last => new Answer(AddInParallel(last), Environment.ProcessId, Surroundings()), captured);
            Answer[] answers = [awaits.Result, starts.Result, splits.Result];
            int[] processes = [Environment.ProcessId, .. answers.Select(answer => answer.Pid)];
            string? strange = answers.Select(answer => answer.Surroundings).FirstOrDefault(there => there != here);
            bool hasRunOnce = File.ReadAllLines(mains).Length == 1;
            bool isRight = answers.All(answer => answer.Value == 21) && processes.Distinct().Count() == 4 && strange is null && hasRunOnce;
            Console.WriteLine(
                $"row {(isRight ? "ok" : "failed")} await={answers[0].Value} thread={answers[1].Value} parallel={answers[2].Value} main-ran-once={hasRunOnce}"
                + (strange is null ? "" : $" parent is [{here}], child is [{strange}]"));
            return isRight ? 0 : 1;
        }
        catch (Exception error) when (error is InvalidOperationException or ChildFailedException)
        {
            Console.WriteLine($"row failed mains={File.ReadAllLines(mains).Length} {error.GetType().Name} {(error as ChildFailedException)?.Outcome.Kind}: {error.Message}");
            return error is ChildFailedException ? 3 : 2;
        }
    }

    // What code in a child sees of the program it belongs to, and must see as its parent does.
    private static string Surroundings() =>
        $"entry {Assembly.GetEntryAssembly()?.GetName().Name}, base {AppContext.BaseDirectory}, folder {Environment.CurrentDirectory}, hooks '{Environment.GetEnvironmentVariable("DOTNET_STARTUP_HOOKS")}'";

    private static async Task<int> AddAsync(int last)
    {
        int sum = 0;
        for (int i = 1; i <= last; i++)
        {
            await Task.Yield();
            sum += await Task.Run(() => i);
        }

        return sum;
    }

    private static int AddOnAThread(int last)
    {
        int sum = 0;
        var thread = new Thread(() => sum = Enumerable.Range(1, last).Sum());
        thread.Start();
        thread.Join();
        return sum;
    }

    private static int AddInParallel(int last)
    {
        int sum = 0;
        Parallel.For(1, last + 1, i => Interlocked.Add(ref sum, i));
        return sum;
    }

    private sealed record Answer(int Value, int Pid, string Surroundings);
}
