using System.Diagnostics;
using System.Reflection;
using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Codecs;
using Plait.Synchronization.Engine;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// The first code of ours in a new process: becomes the worker and never returns, so that Main never runs. Kept to the
/// plainest parts of the base library: every method that must be compiled here is paid for by every cold start.
/// </summary>
internal static class WorkerBootstrap
{
    public const string DebuggerVariable = "PLAIT_WAIT_FOR_DEBUGGER";

    private const int ExitReturned = 0;
    private const int ExitThrew = 1;

    private static CurrentProcess? s_current;

    /// <summary>Set by the worker; made on demand in the main process.</summary>
    public static CurrentProcess Current =>
        s_current ?? Interlocked.CompareExchange(ref s_current, new CurrentProcess("main", ProcessCalls.ParentPid, depth: 0, isDaemon: false), null) ?? s_current!;

    /// <summary>Set in a worker of an executor.</summary>
    public static WorkerContext? WorkerContext { get; private set; }

    /// <summary>Whether this process was started as a worker and yet came to run something else: its bootstrap did not happen.</summary>
    public static bool IsMisplaced => s_current is null && Environment.GetEnvironmentVariable(WorkerVariables.Worker) is { Length: > 0 };

    /// <summary>Whether Main made the explicit call. A program that never makes it could not start a worker by itself: its child would run Main again.</summary>
    public static bool WasCalledExplicitly { get; private set; }

    /// <summary>As <see cref="Run"/>, and remembers that Main does its part.</summary>
    public static void RunExplicitly()
    {
        WasCalledExplicitly = true;
        Run();
    }

    /// <summary>Runs the worker in a process that was started as one; returns at once in any other.</summary>
    public static void Run()
    {
        if (!WorkerVariables.TryParse(out int parentPid, out int arena, out int lifeline))
        {
            return;
        }

        CrashPoints.IsChild = true;
        CrashPoints.Hit(CrashPoint.ChildEntered);
        Environment.SetEnvironmentVariable(WorkerVariables.Worker, null);
        ProcessCalls.SignalOnParentDeath(Signals.Kill);
        if (ProcessCalls.ParentPid != parentPid)
        {
            // The parent died before the line above: nobody would ever tell us.
            ProcessCalls.KillSelf();
        }

        ProcessCalls.CloseOnExec(lifeline);
        TreeMemory.Inherit(WorkerVariables.ScopeDescriptor);
        ProcessExtensions.Enter();
        Channel channel = Channel.Open(arena);
        ProcessCalls.Close(arena);
        CrashPoints.Hit(CrashPoint.ChildMapped);
        StoppedProcess.Publish(ref channel.State.Memories, ref channel.State.Inside);
        channel.Phase = ChannelPhase.Booted;
        CrashPoints.Hit(CrashPoint.ChildBooted);

        Hello hello = ReceiveHello(channel);
        s_current = new CurrentProcess(hello.Name, parentPid, hello.Depth, hello.IsDaemon, hello.TasksAtOnce > 1) { ProcessorShare = hello.ProcessorShare };
        ScopeMemory.ProcessName = hello.Name;
        Lifeline.Watch(lifeline);
        Prepare(hello, channel);
        IWorkerLoop loop = hello.TasksAtOnce > 1 ? new SharedWorkerLoop(channel, hello) : new WorkerLoop(channel, hello);
        if (hello.WorkerId > 0)
        {
            WorkerContext = new WorkerContext(hello.WorkerId);
            loop.WarmUp();
            CrashPoints.Hit(CrashPoint.WorkerReady);
            _ = channel.Send(MessageKind.Ready, 0, []);
        }

        bool hasReturned = loop.Run();
        Environment.Exit(hasReturned ? ExitReturned : ExitThrew);
    }

    private static Hello ReceiveHello(Channel channel)
    {
        if (!channel.Receive(MonotonicClock.Never) || (MessageKind)channel.Messages.Header.Kind != MessageKind.Hello)
        {
            throw new InvalidDataException("The parent did not introduce itself.");
        }

        var reader = new PayloadReader(channel.Messages.Body);
        return Hello.Read(ref reader);
    }

    private static void Prepare(Hello hello, Channel channel)
    {
        ProcessCalls.SetThreadName(hello.Name);
        foreach ((string name, string? value) in hello.Restore)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        if (hello.Nice != 0)
        {
            // A nice value belongs to a thread; those the runtime made before the parent set it lack it.
            ProcessCalls.SetNiceOfAllThreads(ProcessCalls.GetNice(0));
        }

        if (hello.EntryAssembly.Length > 0)
        {
            Assembly.SetEntryAssembly(Assembly.Load(hello.EntryAssembly));
        }

        AppDomain.CurrentDomain.UnhandledException += (_, arguments) => TellOfDeath(channel, arguments.ExceptionObject);
        if (Environment.GetEnvironmentVariable(DebuggerVariable) is { Length: > 0 } wanted)
        {
            WaitForDebugger(hello.Name, wanted);
        }
    }

    private static void TellOfDeath(Channel channel, object exception)
    {
        if (exception is OutOfMemoryException)
        {
            channel.State.OutOfMemory = 1;
        }

        // Before anything that could fail itself: the process is about to abort.
        Volatile.Write(ref channel.State.UnhandledException, 1);
        if (exception is Exception error)
        {
            using var writer = new PayloadWriter();
            ExceptionCodec.Write(writer, error);
            _ = channel.Send(MessageKind.Dying, channel.State.Call, writer.WrittenSpan);
        }
    }

    // "1" or "*" stops every child, anything else the child of that name.
    private static void WaitForDebugger(string name, string wanted)
    {
        if (wanted is not ("1" or "*") && wanted != name)
        {
            return;
        }

        StandardStreams.Write(2, System.Text.Encoding.UTF8.GetBytes($"Plait: child '{name}' (pid {Environment.ProcessId}) waits for a debugger.\n"));
        using var never = new ManualResetEventSlim();
        while (!Debugger.IsAttached)
        {
            never.Wait(100);
        }
    }
}
