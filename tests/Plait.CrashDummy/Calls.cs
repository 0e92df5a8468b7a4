using Plait.Processes;

namespace Plait.CrashDummy;

/// <summary>
/// One call of each size, beside a child that has a foreign program running. PLAIT_CRASH_AT kills this process, the
/// parent, on the way; "survived" is printed when it did not.
/// </summary>
internal static class Calls
{
    public static int Run(string size)
    {
        using ChildProcess bystander = ChildProcess.Start(Stand, new ChildProcessOptions { Name = "bystander", StandardOutput = ChildOutput.Pipe });
        using var said = new StreamReader(bystander.StandardOutput!);
        Lines.Write($"bystander {bystander.Pid} {said.ReadLine()}");
        bool isRight = size switch
        {
            "small" => Small(),
            "large" => Large(),
            "bulk" => Bulk(),
            _ => throw new ArgumentException($"No call is called '{size}'.", nameof(size)),
        };
        Lines.Write(isRight ? "survived" : "wrong");
        bystander.Kill();
        return 0;
    }

    private static bool Small()
    {
        using ChildProcess<int> child = ChildProcess.Start(static (int a) => a + 22, 20);
        return child.Result == 42;
    }

    // Many short texts: they all pass through the ring, which is much smaller than they are.
    private static bool Large()
    {
        List<string> texts = [.. Enumerable.Range(0, 40_000).Select(static i => $"the text of line number {i}, no shorter than others")];
        using ChildProcess<List<string>> child = ChildProcess.Start(Echo, texts);
        return child.Result.SequenceEqual(texts);
    }

    private static bool Bulk()
    {
        int[] numbers = [.. Enumerable.Range(0, 300_000)];
        using ChildProcess<int[]> child = ChildProcess.Start(Negate, numbers);
        return child.Result.SequenceEqual(numbers.Select(static number => -number));
    }

    private static List<string> Echo(List<string> texts)
    {
        _ = Forever.StartSleep();
        return texts;
    }

    private static int[] Negate(int[] numbers)
    {
        _ = Forever.StartSleep();
        return [.. numbers.Select(static number => -number)];
    }

    private static void Stand()
    {
        Lines.Write($"{Forever.StartSleep()}");
        Forever.Wait();
    }
}
