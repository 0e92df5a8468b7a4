using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>MemoryLimit: the runtime's own limit, and the watchdog behind it.</summary>
public sealed class ChildProcessMemoryTests : ProcessTest
{
    private const long Limit = 64L << 20;
    private static readonly ChildProcessOptions s_limited = new() { MemoryLimit = Limit, StandardError = ChildOutput.Keep };

    [Fact]
    public void MemoryLimit_PassedByTheFunction_ThrowsOutOfMemory()
    {
        using var child = ChildProcess.Start(FillHeap, s_limited);

        Assert.Throws<OutOfMemoryException>(() => child.Result);
        Assert.Equal((ChildOutcomeKind.Threw, (int?)1), (child.Outcome!.Kind, child.Outcome.ExitCode));
    }

    [Fact]
    public void MemoryLimit_PassedOnAnotherThread_EndsTheChildAsOutOfMemory()
    {
        using var child = ChildProcess.Start(FillHeapOnAnotherThread, s_limited);
        child.Join();

        Assert.Equal((ChildOutcomeKind.OutOfMemory, (int?)6), (child.Outcome!.Kind, child.Outcome.Signal));
    }

    [Fact]
    public void MemoryLimit_PassedByNativeMemory_IsSeenByTheWatchdog()
    {
        using var child = ChildProcess.Start(FillNativeMemory, s_limited);
        child.Join();

        Assert.Equal((ChildOutcomeKind.KilledForMemory, (int?)9), (child.Outcome!.Kind, child.Outcome.Signal));
        Assert.Contains("watchdog", child.Outcome.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryLimit_OfAForeignProgram_IsTheWatchdogs()
    {
        Need("python3");
        var options = new ChildProcessOptions { MemoryLimit = Limit, StandardError = ChildOutput.Keep };
        using var child = ChildProcess.StartProgram("python3", ["-c", "import signal\nheap = bytearray(300 << 20)\nfor i in range(0, len(heap), 4096): heap[i] = 1\nsignal.pause()"], options);
        child.Join();

        Assert.Equal(ChildOutcomeKind.KilledForMemory, child.Outcome!.Kind);
    }

    [Fact]
    public void MemoryLimit_NotPassed_IsNotFelt()
    {
        using var child = ChildProcess.Start(
            static () => (new byte[16 << 20].Length, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.GetEnvironmentVariable("DOTNET_GCHeapHardLimit")), s_limited);

        Assert.Equal((16 << 20, Limit, null), child.Result);
    }

    [Fact]
    public void MemoryLimit_OfTheChild_IsNotThatOfItsOwnChildren()
    {
        using var child = ChildProcess.Start(AvailableInGrandchild, s_limited);

        Assert.True(child.Result > Limit);
    }

    private static long AvailableInGrandchild()
    {
        using var child = ChildProcess.Start(static () => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        return child.Result;
    }

    [SuppressMessage("Performance", "CA1806:Do not ignore method results", Justification = "The memory is the point.")]
    private static int FillHeap()
    {
        var blocks = new List<byte[]>();
        while (true)
        {
            blocks.Add(new byte[1 << 20]);
        }
    }

    private static void FillHeapOnAnotherThread()
    {
        new Thread(static () => FillHeap()).Start();
        InChild.WaitForever();
    }

    private static unsafe void FillNativeMemory()
    {
        const nuint Size = 300 << 20;
        byte* memory = (byte*)NativeMemory.Alloc(Size);
        new Span<byte>(memory, (int)Size).Fill(1);
        InChild.WaitForever();
        NativeMemory.Free(memory);
    }
}
