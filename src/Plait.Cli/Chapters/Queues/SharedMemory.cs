using System.Diagnostics;
using Plait.Processes;
using Plait.SharedData;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Queues;

internal sealed class SharedMemory() : Chapter(
    "shared-memory",
    Parts.Queues,
    "Several processes fill one array: each writes its part, and all see all of it. No number is sent or copied.\n"
        + "Beside it a counter that they raise in one step each, and a dictionary in which they count together.",
    "docs/shared-data.md")
{
    private const int Workers = 4;

    public override async Task RunAsync(ChapterContext context)
    {
        int length = context.IsQuick ? 1 << 20 : 1 << 25;
        using var scope = ProcessScope.Create("shared-memory");
        using SharedArray<int> squares = scope.CreateArray<int>(length);
        using SharedValue<int> finished = scope.CreateValue(0);
        using SharedDictionary<int, long> sums = scope.CreateDictionary<int, long>();
        context.Say($"an array of {length:N0} numbers, {(long)length * sizeof(int) >> 20} MiB; {Workers} processes fill a part each");

        int part = length / Workers;
        ChildProcess[] workers = [.. Enumerable.Range(0, Workers).Select(worker => ChildProcess.Start(() => Fill(squares, worker * part, part, sums, finished)))];
        foreach (ChildProcess worker in workers)
        {
            await worker;
            worker.Dispose();
        }

        int wrong = squares.Span.IndexOf(-1) >= 0 ? 1 : Enumerable.Range(0, length).Count(i => squares.Span[i] != unchecked(i * i));
        context.Say($"{finished.Value} have finished; {wrong} numbers are wrong; sums by last digit: {string.Join(", ", sums.OrderBy(static sum => sum.Key).Select(static sum => $"{sum.Key}: {sum.Value:N0}"))}");

        // The same array, handed to one more process: what it costs to hand over is what it costs to name it.
        using ChildProcess<double> reader = ChildProcess.Start(static (SharedArray<int> squares) => TimeToSee(squares), squares);
        double seen = await reader;
        context.Say($"another process had it open and its last number read within {seen:0} µs");

        context.Fact("workers", Workers);
        context.Fact("length", length);
        context.Fact("finished", finished.Value);
        context.Fact("wrong", wrong);
        context.Fact("counted", sums.Values.Sum());
        context.Fact("last_seen_us", seen);
        context.Expect(finished.Value == Workers, "each process raised the counter by one, and none was lost");
        context.Expect(wrong == 0, "this process sees every number that the others wrote");
        context.Expect(sums.Values.Sum() == length, "they counted together, and lost nothing");
    }

    private static void Fill(SharedArray<int> squares, int start, int length, SharedDictionary<int, long> sums, SharedValue<int> finished)
    {
        long[] digits = new long[10];
        for (int i = start; i < start + length; i++)
        {
            squares[i] = unchecked(i * i);
            digits[i % 10]++;
        }

        for (int digit = 0; digit < digits.Length; digit++)
        {
            long count = digits[digit];
            sums.AddOrUpdate(digit, count, (_, sum) => sum + count);
        }

        finished.Increment();
    }

    private static double TimeToSee(SharedArray<int> squares)
    {
        long began = Stopwatch.GetTimestamp();
        _ = squares.Read(squares.Length - 1);
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds;
    }
}
