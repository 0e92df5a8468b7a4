using System.Globalization;
using System.Runtime.CompilerServices;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>What lives as long as what: children and their children, objects and the collector, handlers at the end.</summary>
public sealed class ChildProcessLifetimeTests : ProcessTest
{
    private static readonly ChildProcessOptions s_piped = new() { StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Null };

    [Fact]
    public async Task Kill_OfAChildWithChildren_EndsEveryGeneration()
    {
        using var child = ChildProcess.Start(StartGrandchildAndWait, s_piped);
        int grandchild = int.Parse(ReadLine(child)!, CultureInfo.InvariantCulture);
        int program = int.Parse(ReadLine(child)!, CultureInfo.InvariantCulture);
        Assert.True(ProcessTable.Exists(grandchild) && ProcessTable.Exists(program));

        child.Kill();
        child.Join();

        await UntilAsync(() => !ProcessTable.Exists(grandchild) && !ProcessTable.Exists(program));
    }

    [Fact]
    public void End_OfAFunctionWithChildren_JoinsThemAndEndsDaemons()
    {
        using var child = ChildProcess.Start(LeaveChildrenBehind, s_piped);
        using var reader = new StreamReader(child.StandardOutput!);

        // The daemon, which never ends, is ended; the other one is waited for.
        Assert.Equal("the last word\n", reader.ReadToEnd());
        child.Join();
        Assert.Equal(ChildOutcomeKind.Returned, child.Outcome!.Kind);
    }

    [Fact]
    public void ProcessExit_OfAFunctionThatReturned_IsRaised()
    {
        using var child = ChildProcess.Start(RegisterHandlers, s_piped);
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal("function\nfirst\nsecond\n", reader.ReadToEnd());
    }

    [Fact]
    public void ProcessExit_OfAFunctionThatThrew_IsRaised()
    {
        using var child = ChildProcess.Start(RegisterHandlersAndThrow, s_piped);
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal("function\nfirst\nsecond\n", reader.ReadToEnd());
    }

    [Fact]
    public void Start_OfAFunctionWithBigCaptures_LetsGoOfThem()
    {
        (ChildProcess child, WeakReference captured, WeakReference argument) = StartWithBlocks();
        using (child)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();

            Assert.True(child.IsAlive);
            Assert.False(captured.IsAlive);
            Assert.False(argument.IsAlive);
        }
    }

    [Fact]
    public async Task Start_OfAChildThatNobodyHolds_StaysKnownUntilItEnds()
    {
        int pid = StartAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        ChildProcess child = Assert.Single(ChildProcess.ActiveChildren());
        Assert.Equal(pid, child.Pid);
        child.Kill();
        await child.Exited.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(ChildProcess.ActiveChildren());
        child.Dispose();
    }

    [Fact]
    public void Result_OfAChildThatEndedLongAgo_IsStillThere()
    {
        using var child = ChildProcess.Start(static () => new int[1 << 18]);
        child.Join();
        GC.Collect();

        Assert.Equal(1 << 18, child.Result.Length);
    }

    [Fact]
    public void Outcome_OfAFunctionWhoseConsoleFailsToFlush_IsReturned()
    {
        using var child = ChildProcess.Start(
            static () =>
            {
                Console.SetOut(new BrokenWriter());
                Console.SetError(new BrokenWriter());
            },
            new ChildProcessOptions { StandardError = ChildOutput.Null });
        child.Join();

        Assert.Equal((ChildOutcomeKind.Returned, (int?)0), (child.Outcome!.Kind, child.Outcome.ExitCode));
    }

    [Fact]
    public void Outcome_OfAFunctionWhoseReaderIsGone_IsReturned()
    {
        using var child = ChildProcess.Start(SpeakAfterInput, new ChildProcessOptions { StandardInput = ChildInput.Pipe, StandardOutput = ChildOutput.Pipe });
        child.StandardOutput!.Dispose();
        child.StandardInput!.Dispose();
        child.Join();

        Assert.Equal((ChildOutcomeKind.Returned, (int?)0), (child.Outcome!.Kind, child.Outcome.ExitCode));
    }

    private static void SpeakAfterInput()
    {
        _ = Console.In.ReadToEnd();
        Console.WriteLine("nobody reads this");
    }

    private static void StartGrandchildAndWait()
    {
        var child = ChildProcess.Start(InChild.WaitForever);
        var program = ChildProcess.StartProgram("sleep", ["100"]);
        InChild.Say($"{child.Pid}\n{program.Pid}");
        InChild.WaitForever();
    }

    private static void LeaveChildrenBehind()
    {
        _ = ChildProcess.Start(InChild.WaitForever, new ChildProcessOptions { IsDaemon = true, StandardOutput = ChildOutput.Null, StandardError = ChildOutput.Null });
        _ = ChildProcess.Start(
            static () =>
            {
                _ = Console.In.ReadToEnd();
                InChild.Say("the last word");
            });
    }

    private static void RegisterHandlers()
    {
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => InChild.Say("first");
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => InChild.Say("second");
        InChild.Say("function");
    }

    private static void RegisterHandlersAndThrow()
    {
        RegisterHandlers();
        throw new InvalidOperationException("no");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (ChildProcess Child, WeakReference Captured, WeakReference Argument) StartWithBlocks()
    {
        byte[] captured = new byte[1 << 20];
        byte[] argument = new byte[1 << 20];
        var child = ChildProcess.Start(
            (byte[] block) =>
            {
                InChild.WaitForever();
                return block.Length + captured.Length;
            },
            argument);
        return (child, new WeakReference(captured), new WeakReference(argument));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int StartAndForget() => ChildProcess.Start(InChild.WaitForever, s_piped).Pid;

    private sealed class BrokenWriter : StringWriter
    {
        public override void Flush() => throw new IOException("the disk is full");

        public override Task FlushAsync() => throw new IOException("the disk is full");
    }
}
