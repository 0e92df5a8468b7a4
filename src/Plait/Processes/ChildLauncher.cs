using Plait.Processes.Bootstrap;
using Plait.Interop;
using Plait.Codecs;
using Plait.Processes.Spawning;
using Plait.Processes.Workers;

namespace Plait.Processes;

/// <summary>Turns a child that is only described into a process. A failure at any step leaves nothing behind.</summary>
internal static class ChildLauncher
{
    /// <summary>Generations of children below the main process.</summary>
    public const int DeepestNesting = 10;

    public static ChildRun Launch(ChildProcess child, Action onExited)
    {
        ThrowIfMisplaced();
        return child.Work?.Program is { } program ? LaunchProgram(child, program, onExited) : LaunchFunction(child, onExited);
    }

    /// <summary>Refuses to start children from a process whose own bootstrap did not happen, or too deep down.</summary>
    public static void ThrowIfMisplaced()
    {
        if (WorkerBootstrap.IsMisplaced)
        {
            throw new InvalidOperationException(
                "This process was started as a Plait worker, but its Main runs: the worker's bootstrap did not happen, so it starts no children of its own. "
                + "In a trimmed program, or a single file with startup hooks off, call ChildProcess.RunIfWorker() first in Main.");
        }

        if (ChildProcess.Current.Depth >= DeepestNesting)
        {
            throw new InvalidOperationException(
                $"Process {ChildProcess.Current} is generation {ChildProcess.Current.Depth} of children that start children; Plait stops at {DeepestNesting}, because that is nearly always a mistake that would fill the machine with processes.");
        }
    }

    private static ChildRun LaunchFunction(ChildProcess child, Action onExited)
    {
        ProcessExtensions.Enter();
        WorkerStart start = WorkerStart.Open(child.Name, child.Options);
        var call = new PayloadWriter(start.Channel.Store);
        try
        {
            CallBody.Write(call, child, new ValueCodec(CodecDirection.ToChild, [.. child.Options.Codecs]));
            byte[] hello = start.EncodeHello(child.IsDaemon, printsExceptions: child.ResultType is null);
            var run = new ChildRun(child, start.Channel, start.Streams, start.Lifeline, hello, call, onExited);
            run.Spawn(() => start.Spawn(run.OnDeath, run.EndOne));
            start.CloseChildSide();
            return run;
        }
        catch
        {
            call.Abandon();
            call.Dispose();
            start.Abandon();
            throw;
        }
    }

    private static ChildRun LaunchProgram(ChildProcess child, string program, Action onExited)
    {
        ChildStreams streams = ChildStreams.Open(child.Name, child.Options);
        try
        {
            var request = new SpawnRequest
            {
                FileName = ProgramPath.Find(child.Name, program),
                Arguments = [program, .. child.Work!.ProgramArguments!],
                Environment = WorkerVariables.BuildForeign(child.Options.Environment),
                WorkingDirectory = child.Options.WorkingDirectory,
                Descriptors = streams.Descriptors,
            };
            var run = new ChildRun(child, channel: null, streams, lifeline: null, hello: [], call: null, onExited);
            run.Spawn(() => SupervisedProcess.Start(child.Name, request, child.Options, streams, run.OnDeath, run.EndOne));
            return run;
        }
        catch
        {
            streams.Abandon();
            throw;
        }
        finally
        {
            streams.CloseChildEnds();
        }
    }
}
