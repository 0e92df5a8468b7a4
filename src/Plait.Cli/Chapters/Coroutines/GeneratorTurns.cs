using Plait.Coroutines;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class GeneratorTurns() : Chapter(
    "generators",
    Parts.CoroutinesAndIO,
    "A generator hands out a value and stops there, until somebody asks for the next or sends it one: the simplest coroutine. Twenty of them, asked in turn,\n"
        + "are twenty tasks in one thread.",
    "docs/coroutines.md",
    hasBreak: false)
{
    private const int Tasks = 20;
    private const int Steps = 3;

    public override Task RunAsync(ChapterContext context)
    {
        using var average = new Generator<double, double>(static async self =>
        {
            double sum = 0;
            for (int count = 1; ; count++)
            {
                sum += await self.Yield(count == 1 ? 0 : sum / (count - 1));
            }
        });
        _ = average.Next(out _);
        double[] averages = [.. new double[] { 10, 20, 60 }.Select(number => average.Send(number, out double mean) ? mean : double.NaN)];
        context.Say($"sent 10, 20 and 60, a generator hands out their averages so far: {string.Join(", ", averages)}");

        var trace = new List<string>();
        var threads = new HashSet<int>();
        var turns = new Queue<Generator<int, int>>(Enumerable.Range(0, Tasks).Select(task => new Generator<int, int>(async self =>
        {
            for (int step = 0; step < Steps; step++)
            {
                trace.Add($"{task}.{step}");
                threads.Add(Environment.CurrentManagedThreadId);
                await self.Yield(step);
            }
        })));
        while (turns.TryDequeue(out Generator<int, int>? task))
        {
            if (task.Next(out _))
            {
                turns.Enqueue(task);
            }
        }

        context.Say($"{Tasks} tasks by turns: {string.Join(' ', trace.Take(4))} … {string.Join(' ', trace.TakeLast(2))}, all on {threads.Count} thread");
        context.Fact("averages", string.Join(' ', averages));
        context.Fact("tasks", Tasks);
        context.Fact("threads", threads.Count);
        context.Fact("in_turns", trace.SequenceEqual(Enumerable.Range(0, Steps).SelectMany(static step => Enumerable.Range(0, Tasks).Select(task => $"{task}.{step}"))));
        context.Expect(averages is [10, 15, 30], "a generator goes on with what it is sent, and remembers what came before");
        context.Expect(trace.Count == Tasks * Steps && trace[Tasks] == "0.1" && trace[^1] == $"{Tasks - 1}.{Steps - 1}", "each does one step in its turn");
        context.Expect(threads.Count == 1, "all of them share one thread");
        return Task.CompletedTask;
    }
}
