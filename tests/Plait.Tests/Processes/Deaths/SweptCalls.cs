using System.Diagnostics;
using Plait.Memory;
using Plait.Processes;

namespace Plait.Tests.Processes.Deaths;

/// <summary>The calls that the sweep cuts: their functions, arguments and right results.</summary>
internal static class SweptCalls
{
    /// <summary>Starts the call, and returns the child with a check of its result (to be made only when it returned).</summary>
    public static (ChildProcess Child, Action Check) Start(string size, ChildProcessOptions options)
    {
        switch (size)
        {
            case "small":
                ChildProcess<int> small = ChildProcess.Start(AddBesideSleep, 20, 22, options);
                return (small, () => Equal(42, small.Result));
            case "large":
                List<string> texts = [.. Enumerable.Range(0, 40_000).Select(static i => $"the text of line number {i}, no shorter than others")];
                ChildProcess<List<string>> large = ChildProcess.Start(EchoAsleep, texts, options);
                return (large, () => Equal(true, large.Result.SequenceEqual(texts)));
            case "bulk":
                int[] numbers = [.. Enumerable.Range(0, 300_000)];
                ChildProcess<int[]> bulk = ChildProcess.Start(Negate, numbers, options);
                return (bulk, () => Equal(true, bulk.Result.SequenceEqual(numbers.Select(static number => -number))));
            case "nested":
                ChildProcess<int> nested = ChildProcess.Start(AddInGrandchild, 20, 22, options);
                return (nested, () => Equal(42, nested.Result));
            default:
                throw new ArgumentException($"No call is called '{size}'.", nameof(size));
        }
    }

    private static void Equal<T>(T expected, T actual) => Xunit.Assert.Equal(expected, actual);

    public static int AddBesideSleep(int a, int b)
    {
        StartSleep();
        return a + b;
    }

    // Waits that cannot be spun away sleep at once, so that the sleeping sides are met every time.
    public static List<string> EchoAsleep(List<string> texts)
    {
        AdaptiveSpin.IsEnabled = false;
        StartSleep();
        return texts;
    }

    public static int[] Negate(int[] numbers)
    {
        StartSleep();
        return [.. numbers.Select(static number => -number)];
    }

    public static int AddInGrandchild(int a, int b)
    {
        StartSleep();
        using ChildProcess<int> child = ChildProcess.Start(AddBesideSleep, a, b);
        return child.Result;
    }

    // A foreign program in the child's group; whatever happens to the child, it must not stay.
    private static void StartSleep()
    {
        using Process sleep = Process.Start("sleep", "1000");
    }
}
