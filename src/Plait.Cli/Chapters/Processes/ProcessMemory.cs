using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class ProcessMemory() : Chapter(
    "process-memory",
    Parts.Processes,
    "Three processes that each need the same array hold it three times; three threads hold it once.\n"
        + "What the kernel counts as each process's resident memory tells.",
    "docs/child-process.md")
{
    private const int Units = 3;

    public override Task RunAsync(ChapterContext context)
    {
        const int Mebibytes = 100;
        double[] apart = Measure([.. Enumerable.Range(0, Units).Select(_ => ChildProcess.Start(HoldAlone, Mebibytes, Options(context)))]);
        double[] shared = Measure(ChildProcess.Start(HoldInThreads, Mebibytes, Options(context)));
        double[] idle = Measure(ChildProcess.Start(HoldAlone, 0, Options(context)));
        context.Fact("array_mib", Mebibytes);
        context.Fact("processes_rss_mib", apart);
        context.Fact("processes_sum_mib", apart.Sum());
        context.Fact("threads_rss_mib", shared[0]);
        context.Fact("idle_rss_mib", idle[0]);
        context.Expect(apart.All(rss => rss > Mebibytes), "each of three processes holds an array of its own");
        context.Expect(shared[0] > Mebibytes && shared[0] < 2 * Mebibytes, "three threads hold one");
        context.Expect(apart.Sum() > shared[0] + ((Units - 1) * Mebibytes), "the processes need two arrays more than the threads");
        return Task.CompletedTask;
    }

    private static ChildProcessOptions Options(ChapterContext context) => new()
    {
        StandardInput = ChildInput.Pipe,
        StandardOutput = ChildOutput.Pipe,
        StandardError = context.ChildOutput,
    };

    // All of them alive at once; each waits for the end of its input.
    private static double[] Measure(params ChildProcess[] children)
    {
        Array.ForEach(children, c => new StreamReader(c.StandardOutput!).ReadLine());
        double[] resident = [.. children.Select(c => ProcessTable.ResidentMebibytes(c.Pid))];
        Array.ForEach(children, c => c.Dispose());
        return resident;
    }

    private static void HoldAlone(int mebibytes)
    {
        byte[] array = Create(mebibytes);
        Console.Error.WriteLine($"holds {array.Length} bytes");
        Console.WriteLine("ready");
        _ = Console.In.ReadToEnd();
        GC.KeepAlive(array);
    }

    private static void HoldInThreads(int mebibytes)
    {
        byte[] array = Create(mebibytes);
        using var all = new CountdownEvent(Units);
        void Hold()
        {
            Console.Error.WriteLine($"a thread holds {array.AsSpan().Count((byte)1)} bytes");
            all.Signal();
            Thread.CurrentThread.Join();
        }

        Array.ForEach([.. Enumerable.Range(0, Units).Select(_ => new Thread(Hold))], t => t.Start());
        all.Wait();
        Console.WriteLine("ready");
        _ = Console.In.ReadToEnd();
    }

    private static byte[] Create(int mebibytes)
    {
        byte[] array = new byte[mebibytes << 20];
        array.AsSpan().Fill(1);
        return array;
    }
}
