using System.Reflection;
using Plait.Interop;
using Plait.Processes.Bootstrap;
using Plait.Processes.Channels;
using Plait.Codecs;
using Plait.Processes.Spawning;
using Plait.Synchronization.Engine;

namespace Plait.Processes.Workers;

/// <summary>
/// Everything a worker process needs before it exists: its channel, its lifeline, its standard streams and its command.
/// Whoever holds it either spawns it, and then owns the parts, or abandons it, and nothing is left.
/// </summary>
internal sealed class WorkerStart
{
    private readonly string _name;
    private readonly ChildProcessOptions _options;
    private readonly HostCommand _host = HostCommand.Current;
    private readonly List<(string, string?)> _restore = [];
    private readonly List<string> _environment;
    private readonly Descriptor _lifelineRead;

    private WorkerStart(string name, ChildProcessOptions options, Channel channel, ChildStreams streams, Descriptor lifelineRead, Descriptor lifelineWrite)
    {
        _name = name;
        _options = options;
        Channel = channel;
        Streams = streams;
        _lifelineRead = lifelineRead;
        Lifeline = lifelineWrite;
        _environment = WorkerVariables.Build(options.Environment, _host.Mode, options.MemoryLimit, _restore);
    }

    public Channel Channel { get; }

    public ChildStreams Streams { get; }

    /// <summary>Our end: the only one of its kind.</summary>
    public Descriptor Lifeline { get; }

    /// <exception cref="ChildStartException">No descriptors or no memory are left.</exception>
    /// <exception cref="InvalidOperationException">This program must call <see cref="ChildProcess.RunIfWorker"/> and has not.</exception>
    public static WorkerStart Open(string name, ChildProcessOptions options, int lanes = 1)
    {
        if (HostCommand.Current.Mode == BootstrapMode.ExplicitCall && !WorkerBootstrap.WasCalledExplicitly)
        {
            // Refused here, because the child would run Main from its beginning before anything could be found out.
            throw new InvalidOperationException(
                $"Child '{name}' cannot be started: this program is trimmed, or a single file with startup hooks off, so that nothing can make a new process of it a worker before Main. "
                + "Call ChildProcess.RunIfWorker() first in Main.");
        }

        Channel? channel = null;
        (Descriptor Read, Descriptor Write)? lifeline = null;
        try
        {
            channel = Channel.Create(lanes);
            lifeline = Descriptor.Pipe(nonBlockingRead: false);
            return new WorkerStart(name, options, channel, ChildStreams.Open(name, options), lifeline.Value.Read, lifeline.Value.Write);
        }
        catch (Exception error)
        {
            channel?.Dispose();
            lifeline?.Read.Dispose();
            lifeline?.Write.Dispose();
            if (error is SystemCallException refused)
            {
                throw new ChildStartException(name, "opening its channel", refused.Number, refused);
            }

            throw;
        }
    }

    /// <summary>Starts the process. See <see cref="SupervisedProcess.Start"/> for the callbacks.</summary>
    /// <exception cref="ChildStartException">The system refused.</exception>
    public SupervisedProcess Spawn(Action onDeath, Action onEnded)
    {
        var request = new SpawnRequest
        {
            FileName = _host.FileName,
            Arguments = [$"plait:{_name}", .. _host.Arguments],
            Environment = _environment,
            WorkingDirectory = _options.WorkingDirectory,
            Descriptors = [.. Streams.Descriptors, Channel.Arena.DescriptorNumber, _lifelineRead.Number, TreeMemory.DescriptorNumber],
        };
        return SupervisedProcess.Start(_name, request, _options, Streams, onDeath, onEnded);
    }

    /// <summary>The first message to a child with one function.</summary>
    /// <exception cref="CannotTravelException">A plugged-in codec cannot be made in the child.</exception>
    public byte[] EncodeHello(bool isDaemon, bool printsExceptions) =>
        EncodeHello(isDaemon, isOneShot: true, printsExceptions, workerId: 0, ChildProcess.Current.ProcessorShare, LeftoverPolicy.Keep, tasksAtOnce: 1, WorkerLogLevel.None);

    /// <summary>The first message to a worker that stays.</summary>
    /// <exception cref="CannotTravelException">A plugged-in codec cannot be made in the child.</exception>
    public byte[] EncodeHello(int workerId, int processorShare, LeftoverPolicy leftovers, int tasksAtOnce = 1, WorkerLogLevel logLevel = WorkerLogLevel.None) =>
        EncodeHello(isDaemon: true, isOneShot: false, printsExceptions: false, workerId, processorShare, leftovers, tasksAtOnce, logLevel);

    private byte[] EncodeHello(
        bool isDaemon, bool isOneShot, bool printsExceptions, int workerId, int processorShare, LeftoverPolicy leftovers, int tasksAtOnce, WorkerLogLevel logLevel)
    {
        using var writer = new PayloadWriter();
        var hello = new Hello
        {
            Name = _name,
            Depth = ChildProcess.Current.Depth + 1,
            IsDaemon = isDaemon,
            IsOneShot = isOneShot,
            PrintsExceptions = printsExceptions,
            EntryAssembly = _host.Mode == BootstrapMode.WorkerProgram ? Assembly.GetEntryAssembly()?.FullName ?? string.Empty : string.Empty,
            Nice = _options.Nice,
            WorkerId = workerId,
            ProcessorShare = processorShare,
            Leftovers = leftovers,
            TasksAtOnce = tasksAtOnce,
            LogLevel = logLevel,
            Restore = _restore,
            Codecs = [.. _options.Codecs],
        };
        hello.Write(writer);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Closes what only the child needs. Called whether or not the start succeeded.</summary>
    public void CloseChildSide()
    {
        _lifelineRead.Dispose();
        Channel.Arena.CloseDescriptor();
        Streams.CloseChildEnds();
    }

    /// <summary>Undoes a start that failed.</summary>
    public void Abandon()
    {
        CloseChildSide();
        Streams.Abandon();
        Lifeline.Dispose();
        Channel.Dispose();
    }
}
