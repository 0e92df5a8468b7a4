using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Plait.Cli.Terminal;
using Plait.Net;
using Plait.Net.Servers;

namespace Plait.Cli.Commands;

/// <summary><c>plait serve</c>: a server under any of the models of I/O.</summary>
internal sealed class ServeCommand(Screen screen, TextReader input)
{
    public const string Name = "serve";

    private const string Echo = "echo";
    private const string Upper = "upper";

    private const int UsualConnections = 20_000;

    // A process each.
    private const int UsualProcesses = 100;

    // Less than what the tool gives itself to end.
    private static readonly TimeSpan s_longestDrain = TimeSpan.FromSeconds(4);

    private static readonly ServerModel[] s_several = [ServerModel.Loops, ServerModel.Pool, ServerModel.Prefork, ServerModel.ProcessLoops];

    private readonly Option<string> _model = new("--model") { Description = "How connections are treated: see --models.", HelpName = "MODEL", DefaultValueFactory = static _ => "coroutine", CompletionSources = { Names } };
    private readonly Option<bool> _models = new("--models") { Description = "List the models, and what each is good for." };
    private readonly Option<int> _port = new("--port") { Description = "The port; 0 for any that is free.", HelpName = "N", DefaultValueFactory = static _ => 0 };
    private readonly Option<string> _host = new("--host") { Description = "The address or name of this machine to listen at.", HelpName = "ADDRESS", DefaultValueFactory = static _ => "127.0.0.1" };
    private readonly Option<string?> _path = new("--unix") { Description = "Listen at a path instead, as a Unix socket.", HelpName = "PATH" };
    private readonly Option<string> _handler = new("--handler") { Description = $"What it does with what comes: {Echo} or {Upper}.", HelpName = "NAME", DefaultValueFactory = static _ => Echo, CompletionSources = { Echo, Upper } };
    private readonly Option<int> _workers = new("--workers")
    {
        Description = "How many loops, threads or processes, in models that have several: loops, prefork and process-loops one a processor unless told otherwise, pool five. 0 is the default.",
        HelpName = "N",
    };

    private readonly Option<int?> _most = new("--max-connections") { Description = $"Connections at once; others wait. [default: {UsualConnections}; of processes {UsualProcesses}]", HelpName = "N" };
    private readonly Option<string> _idle = new("--idle") { Description = "How long a connection may be silent.", HelpName = "TIME", DefaultValueFactory = static _ => "2m" };
    private readonly Option<string> _drain = new("--drain") { Description = $"How long connections may go on once it is told to end, or fresh workers have taken over; up to {s_longestDrain.TotalSeconds:0}s.", HelpName = "TIME", DefaultValueFactory = static _ => "3s" };
    private readonly Option<bool> _untilInput = new("--until-input-ends") { Description = "End when standard input does, as well as on Ctrl+C or SIGTERM. For each line of it, memory is collected and 'settled' printed." };

    private static string[] Names => [.. ServerModels.All.Select(static model => model.Name)];

    public Command Create()
    {
        var command = new Command(Name, "Serve until Ctrl+C or SIGTERM: then nothing new is accepted, and what is under way may end. On SIGHUP fresh workers take over, and nobody is refused. The first line says where it listens. " + Durations.Help)
        {
            _model, _models, _port, _host, _path, _handler, _workers, _most, _idle, _drain, _untilInput,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken interrupted)
    {
        if (line.GetValue(_models))
        {
            var table = new TextTable("model", "good for");
            foreach (ServerModelInfo model in ServerModels.All)
            {
                table.Add((model.Name, Tone.Normal), (model.GoodFor, Tone.Faint));
            }

            table.WriteTo(screen);
            return ExitCode.Ok;
        }

        TimeSpan drain = Durations.Parse(_drain.Name, line.GetValue(_drain)!, isZeroAllowed: true);
        if (drain > s_longestDrain)
        {
            throw new UsageException($"{_drain.Name} {drain.TotalSeconds:0.###}s: it is at most {s_longestDrain.TotalSeconds:0}s.");
        }

        await using StreamServer server = Start(line, await PlaceAsync(line, interrupted));
        using var restarts = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = RestartAsync(server, drain);
        });
        screen.WriteLine($"listening on {server.EndPoint}");
        if (server.FallbackReason is { } reason)
        {
            screen.WriteLine($"serving as {ServerModels.Get(server.Model).Name}: {reason}");
        }

        await EndAsync(line.GetValue(_untilInput), interrupted);
        await server.StopAsync(drain);
        ServerStatistics all = server.GetStatistics();
        screen.WriteLine($"{all.Accepted:N0} connection{(all.Accepted == 1 ? "" : "s")}: {all.Served:N0} served, {all.Resets:N0} reset, {all.TimedOut:N0} too slow, {all.Failed:N0} failed, {all.Refused:N0} refused, {all.BrokenOff:N0} broken off");
        return ExitCode.Ok;
    }

    private async Task RestartAsync(StreamServer server, TimeSpan drain)
    {
        screen.WriteLine("restarting: fresh workers come, and those that serve go on");
        try
        {
            await server.RestartAsync(drain);
            screen.WriteLine("restarted: the old workers are gone");
        }
        catch (Exception failed) when (failed is ServerRestartException or InvalidOperationException)
        {
            screen.WriteLine(failed.Message);
        }
    }

    private StreamServer Start(ParseResult line, EndPoint place)
    {
        ServerModel model = Model(line.GetValue(_model)!);
        try
        {
            return StreamServer.Start(Handler(line.GetValue(_handler)!), new StreamServerOptions
            {
                Model = model,
                EndPoint = place,
                Workers = Workers(line, model, place),
                MaxConnections = line.GetValue(_most) switch
                {
                    < 1 and int most => throw new UsageException($"{_most.Name} {most}: it is at least 1."),
                    null => model == ServerModel.Processes ? UsualProcesses : UsualConnections,
                    int most => most,
                },
                IdleTimeout = Durations.Parse(_idle.Name, line.GetValue(_idle)!, isZeroAllowed: false),
            });
        }
        catch (Exception refused) when (refused is ArgumentException or IOException)
        {
            throw new UsageException(refused.Message.Split(" (Parameter ")[0], refused);
        }
    }

    private async Task<EndPoint> PlaceAsync(ParseResult line, CancellationToken interrupted)
    {
        if (line.GetValue(_path) is { } path)
        {
            return ServerPlace.OfPath(path, $"{_path.Name} '{path}'");
        }

        string host = line.GetValue(_host)!;
        int port = line.GetValue(_port);
        return port is < 0 or > ushort.MaxValue ? throw new UsageException($"{_port.Name} {port}: a port is from 0 to {ushort.MaxValue}.")
            : new IPEndPoint(await ServerPlace.LookUpAsync(host, $"{_host.Name} '{host}'", interrupted), port);
    }

    // The library would say the same in words of its own.
    private int Workers(ParseResult line, ServerModel model, EndPoint place)
    {
        int workers = line.GetValue(_workers);
        return workers < 0 ? throw new UsageException($"{_workers.Name} {workers}: it is at least 1, or 0 for what the model says.")
            : workers > 1 && !s_several.Contains(model)
                ? throw new UsageException($"{_workers.Name} {workers} does not go with {_model.Name} {ServerModels.Get(model).Name}: take {string.Join(", ", s_several.Select(static each => ServerModels.Get(each).Name))}, or leave {_workers.Name} out.")
            : workers > 1 && model == ServerModel.Loops && place is UnixDomainSocketEndPoint
                ? throw new UsageException($"{_workers.Name} {workers} does not go with {_model.Name} {ServerModels.Get(model).Name} and {_path.Name}: a path has one socket. Take {_model.Name} {ServerModels.Get(ServerModel.ProcessLoops).Name}, or leave {_workers.Name} out.")
            : workers;
    }

    private static ServerModel Model(string name) =>
        ServerModels.All.FirstOrDefault(model => model.Name == name)?.Model ?? throw UsageException.Unknown("model", name, Names);

    private static ConnectionHandler Handler(string name) => name switch
    {
        Echo => EchoAsync,
        Upper => UpperAsync,
        _ => throw UsageException.Unknown("handler", name, [Echo, Upper]),
    };

    private static async Task EchoAsync(Connection connection)
    {
        while (true)
        {
            ReadOnlyMemory<byte> data = await connection.ReceiveAsync();
            if (data.IsEmpty)
            {
                return;
            }

            await connection.SendAsync(data);
        }
    }

    private static async Task UpperAsync(Connection connection)
    {
        byte[] upper = new byte[16 * 1024];
        while (await connection.ReceiveAsync(upper) is > 0 and int count)
        {
            Capitalize(upper.AsSpan(0, count));
            await connection.SendAsync(upper.AsMemory(0, count));
        }
    }

    // Byte by byte: the framework's way stops at the first one that is not ASCII.
    private static void Capitalize(Span<byte> text)
    {
        foreach (ref byte letter in text)
        {
            letter -= letter is >= (byte)'a' and <= (byte)'z' ? (byte)('a' - 'A') : (byte)0;
        }
    }

    private async Task EndAsync(bool untilInputEnds, CancellationToken interrupted)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration told = interrupted.Register(() => ended.TrySetResult());
        if (untilInputEnds)
        {
            // Reading blocks, and cannot be cancelled: the thread ends with the tool.
            new Thread(() =>
            {
                while (input.ReadLine() is not null)
                {
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    screen.WriteLine("settled");
                }

                ended.TrySetResult();
            })
            { IsBackground = true, Name = "input" }.Start();
        }

        await ended.Task;
    }
}
