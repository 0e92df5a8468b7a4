using System.Runtime.InteropServices;
using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

/// <summary>Ways to die, each for a child to run.</summary>
internal static class Deaths
{
    public static void Throw() => throw new InvalidOperationException("no such order");

    public static void Exit()
    {
        Console.Error.WriteLine("exits with 7");
        Environment.Exit(7);
    }

    public static void Fault()
    {
        // An address where nothing is: the fault happens in native code, which the runtime does not turn into an exception.
        const nint Nowhere = 16;
        Console.Error.WriteLine($"calls address {Nowhere}");
        Marshal.GetDelegateForFunctionPointer<Action>(Nowhere)();
    }

    public static void BeKilled()
    {
        Console.Error.WriteLine("is killed");
        using ChildProcess kill = ChildProcess.StartProgram("/bin/sh", ["-c", $"kill -9 {Environment.ProcessId}"]);
        kill.Join();
        Thread.CurrentThread.Join();
    }

    public static void Overflow() => Console.Error.WriteLine(Recurse(0));

    public static void FailFast() => Environment.FailFast("the books do not balance");

    public static void FillHeap()
    {
        // On a thread, where nobody catches it: thrown by the function itself it would be an exception like any other.
        Console.Error.WriteLine("fills its heap");
        var thread = new Thread(() =>
        {
            var kept = new List<byte[]>();
            while (true)
            {
                kept.Add(new byte[1 << 20]);
            }
        });
        thread.Start();
        thread.Join();
    }

    public static void FillMemory()
    {
        // Memory that the runtime's own limit knows nothing of.
        Console.Error.WriteLine("fills its memory");
        while (true)
        {
            nint block = Marshal.AllocHGlobal(16 << 20);
            for (int page = 0; page < 16 << 20; page += 4096)
            {
                Marshal.WriteByte(block, page, 1);
            }
        }
    }

    public static void ThrowOnThread()
    {
        var thread = new Thread(() => throw new InvalidOperationException("nobody catches this"));
        thread.Start();
        thread.Join();
    }

    private static int Recurse(int depth) => depth == int.MaxValue ? depth : Recurse(depth + 1) + 1;
}
