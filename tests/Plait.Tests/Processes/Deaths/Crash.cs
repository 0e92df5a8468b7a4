using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Plait.Execution;
using Plait.Interop;
using Plait.Processes;

namespace Plait.Tests.Processes.Deaths;

/// <summary>The ways in which code may take its process down, and what they look like from outside.</summary>
internal static class Crash
{
    public const string Exception = "exception";
    public const string Exit = "exit";
    public const string Segment = "SIGSEGV";
    public const string Kill = "SIGKILL";
    public const string StackOverflow = "stack overflow";
    public const string FailFast = "FailFast";
    public const string ManagedMemory = "managed memory";
    public const string UnmanagedMemory = "native memory";

    public const int ExitCode = 7;

    /// <summary>For the ways that need one: what a worker takes by itself fits well.</summary>
    public const long MemoryLimit = 96L << 20;

    public static bool NeedsLimit(string way) => way is ManagedMemory or UnmanagedMemory;

    public static void Now(string way)
    {
        switch (way)
        {
            case Exception:
                throw new FormatException("thrown on purpose");
            case Exit:
                Environment.Exit(ExitCode);
                break;
            case Segment:
                FaultInNativeCode();
                break;
            case Kill:
                ProcessCalls.KillSelf();
                break;
            case StackOverflow:
                _ = Recurse(0);
                break;
            case FailFast:
                Environment.FailFast("failed fast on purpose");
                break;
            case ManagedMemory:
                FillHeap();
                break;
            case UnmanagedMemory:
                FillNativeMemory();
                break;
            default:
                break;
        }
    }

    /// <summary>An end in a few words: the worker's for a death, else the type of what was thrown.</summary>
    public static string Describe(Exception? error) => error switch
    {
        null => "returned",
        WorkerDiedException died => Describe(died.Outcome),
        ChildFailedException failed => Describe(failed.Outcome),
        _ => error.GetType().Name,
    };

    public static string Describe(ChildOutcome outcome) => outcome.Kind switch
    {
        ChildOutcomeKind.Exited => $"exited {outcome.ExitCode}",
        ChildOutcomeKind.Signaled => Signals.Name(outcome.Signal ?? 0),
        _ => $"{outcome.Kind}",
    };

    /// <summary>Waits for the end of a future, whatever it is.</summary>
    public static Task<Exception?> EndOf(Future future) => EndOf(future, Limits.Hang);

    /// <summary>Waits for the end of a future, whatever it is.</summary>
    public static async Task<Exception?> EndOf(Future future, TimeSpan limit)
    {
        try
        {
            await future.Task.WaitAsync(limit);
        }
        catch (TimeoutException hang) when (!future.IsDone)
        {
            throw new TimeoutException($"{future} has not ended within {limit}.", hang);
        }
        catch (Exception error)
        {
            return error;
        }

        return null;
    }

    // The C library itself writes to the address.
    private static unsafe void FaultInNativeCode() => _ = Libc.sigfillset((void*)8);

    private static int Recurse(int depth) => depth < 0 ? 0 : Recurse(depth + 1) + depth;

    [SuppressMessage("Performance", "CA1806:Do not ignore method results", Justification = "The memory is the point.")]
    private static void FillHeap()
    {
        var blocks = new List<byte[]>();
        while (true)
        {
            blocks.Add(new byte[1 << 20]);
        }
    }

    // In steps: the watchdog looks ten times a second.
    private static unsafe void FillNativeMemory()
    {
        const int Step = 4 << 20;
        for (long filled = 0; filled < 4 * MemoryLimit; filled += Step)
        {
            new Span<byte>(NativeMemory.Alloc(Step), Step).Fill(1);
        }

        InChild.WaitForever();
    }
}
