using System.Reflection;
using Plait.Interop;
using Plait.Processes.Bootstrap;
using Plait.Processes.Channels;
using Plait.Processes.Codecs;
using Plait.Processes.Spawning;

namespace Plait.Processes;

/// <summary>Turns a child that is only described into a process: encodes the call, opens channel, streams and lifeline, spawns. A failure at any step leaves nothing behind.</summary>
internal static class ChildLauncher
{
    /// <summary>Generations of children below the main process.</summary>
    public const int DeepestNesting = 10;

    public static ChildRun Launch(ChildProcess child, Action onExited)
    {
        ThrowIfMisplaced();
        return child.Work?.Program is { } program ? LaunchProgram(child, program, onExited) : LaunchFunction(child, onExited);
    }

    private static void ThrowIfMisplaced()
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
        HostCommand host = HostCommand.Current;
        Channel channel = OpenChannel(child.Name);
        Descriptor? lifelineRead = null;
        Descriptor? lifelineWrite = null;
        PayloadWriter? call = null;
        ChildStreams? streams = null;
        try
        {
            ICodec[] codecs = [.. child.Options.Codecs];
            call = new PayloadWriter(channel.Store);
            CallBody.Write(call, child, new ValueCodec(CodecDirection.ToChild, codecs));
            (lifelineRead, lifelineWrite) = OpenLifeline(child.Name);
            streams = ChildStreams.Open(child.Name, child.Options);

            var restore = new List<(string, string?)>();
            List<string> environment = WorkerVariables.Build(child.Options.Environment, host.Mode, child.Options.MemoryLimit, restore);
            var request = new SpawnRequest
            {
                FileName = host.FileName,
                Arguments = [$"plait:{child.Name}", .. host.Arguments],
                Environment = environment,
                WorkingDirectory = child.Options.WorkingDirectory,
                Descriptors = [.. streams.Descriptors, channel.Arena.DescriptorNumber, lifelineRead.Number],
            };
            byte[] hello = EncodeHello(child, host, restore, codecs);
            var run = new ChildRun(child, channel, streams, lifelineWrite, hello, call, onExited);
            run.Spawn(request);
            return run;
        }
        catch
        {
            call?.Dispose();
            streams?.Abandon();
            lifelineWrite?.Dispose();
            channel.Dispose();
            throw;
        }
        finally
        {
            lifelineRead?.Dispose();
            channel.Arena.CloseDescriptor();
            streams?.CloseChildEnds();
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
            run.Spawn(request);
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

    private static byte[] EncodeHello(ChildProcess child, HostCommand host, List<(string, string?)> restore, ICodec[] codecs)
    {
        using var writer = new PayloadWriter();
        var hello = new Hello
        {
            Name = child.Name,
            Depth = ChildProcess.Current.Depth + 1,
            IsDaemon = child.IsDaemon,
            IsOneShot = true,
            PrintsExceptions = child.ResultType is null,
            EntryAssembly = host.Mode == BootstrapMode.WorkerProgram ? Assembly.GetEntryAssembly()?.FullName ?? string.Empty : string.Empty,
            Nice = child.Options.Nice,
            Restore = restore,
            Codecs = codecs,
        };
        hello.Write(writer);
        return writer.WrittenSpan.ToArray();
    }

    private static Channel OpenChannel(string name)
    {
        try
        {
            return Channel.Create();
        }
        catch (SystemCallException refused)
        {
            throw new ChildStartException(name, "opening its channel", refused.Number, refused);
        }
    }

    private static (Descriptor Read, Descriptor Write) OpenLifeline(string name)
    {
        try
        {
            return Descriptor.Pipe(nonBlockingRead: false);
        }
        catch (SystemCallException refused)
        {
            throw new ChildStartException(name, "opening its lifeline", refused.Number, refused);
        }
    }
}
