using System.CommandLine;
using System.Globalization;
using System.Net;
using Plait.Benchmarks.Load;
using Plait.Cli.Reports;
using Plait.Cli.Terminal;

namespace Plait.Cli.Commands;

/// <summary><c>plait load</c>: puts an echo server under load and measures how it answers.</summary>
internal sealed class LoadCommand(Screen screen)
{
    public const string Name = "load";

    private const string Upper = "upper";
    private const string Echo = "echo";
    private const int MostConnections = 1_000_000;

    private readonly Argument<string> _target = new("TARGET") { Description = "Where the server listens: HOST:PORT, or unix:PATH." };
    private readonly Option<int> _connections = Number("--connections", "Connections at the same time.", 50);
    private readonly Option<int> _pipeline = Number("--pipeline", "Messages of a connection that may be under way, unanswered.", 1);
    private readonly Option<int> _size = Number("--size", "Bytes of a message.", 64);
    private readonly Option<string> _duration = Time("--duration", "How long to measure.", "5s");
    private readonly Option<string> _warmUp = Time("--warmup", "How long to go on before that, unmeasured.", "1s");
    private readonly Option<string> _timeout = Time("--timeout", "How long a connection may take to be made, and a message to be answered.", "10s");
    private readonly Option<double?> _rate = new("--rate") { Description = "Messages a second of all connections, each due at its time; latency counts from then. Default: a message follows when one is answered.", HelpName = "N" };
    private readonly Option<int> _reconnect = Number("--reconnect", "Close a connection after so many answers, and make another. Default: never.", 0);
    private readonly Option<string> _handler = new("--handler") { Description = $"What the server does with a message: {Echo} or {Upper}.", HelpName = "NAME", DefaultValueFactory = static _ => Echo, CompletionSources = { Echo, Upper } };
    private readonly Option<int[]> _serverPids = new("--server-pid") { Description = "Also measure the processor time of this process and its children; may be given again.", HelpName = "PID" };
    private readonly Option<string?> _json = CommonOptions.Json("{target, messagesPerSecond, latency, errors, cpu, ...}");

    public Command Create()
    {
        _target.Validators.Add(UsageErrors.RefuseOptions);
        var command = new Command(Name, "Put an echo server under load: messages and connections a second, latency, errors, processor time. Exit code 1 if any message was not answered rightly. " + Durations.Help)
        {
            _target, _connections, _pipeline, _size, _duration, _warmUp, _rate, _reconnect, _handler, _serverPids, _timeout, _json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken interrupted)
    {
        string target = line.GetValue(_target)!;
        LoadOptions options = Options(line, await ServerPlace.ParseAsync(target, interrupted));
        using JsonReport report = JsonReport.Open(line.GetValue(_json));
        LoadResult result = await Task.Factory.StartNew(() => Run(options, interrupted), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        new LoadSummary(target, options, result).WriteTo(screen);
        report.Write([result], (json, row) => LoadReport.Write(json, target, options, row));

        // What was measured until then has been shown.
        interrupted.ThrowIfCancellationRequested();
        return result.IsClean ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private static LoadResult Run(LoadOptions options, CancellationToken interrupted)
    {
        try
        {
            return LoadGenerator.Run(options, interrupted);
        }
        catch (IOException refused)
        {
            throw new UsageException($"--connections {options.Connections}: {refused.Message}", refused);
        }
    }

    private LoadOptions Options(ParseResult line, EndPoint target)
    {
        string handler = line.GetValue(_handler)!;
        if (handler is not (Echo or Upper))
        {
            throw UsageException.Unknown("handler", handler, [Echo, Upper]);
        }

        TimeSpan timeout = Durations.Parse(_timeout.Name, line.GetValue(_timeout)!, isZeroAllowed: false);
        var options = new LoadOptions
        {
            Target = target,
            Connections = Check(line, _connections, 1, MostConnections),
            Pipeline = Check(line, _pipeline, 1, LoadGenerator.MostBytes),
            Size = Check(line, _size, 1, LoadGenerator.MostBytes),
            Duration = Durations.Parse(_duration.Name, line.GetValue(_duration)!, isZeroAllowed: false),
            WarmUp = Durations.Parse(_warmUp.Name, line.GetValue(_warmUp)!, isZeroAllowed: true),
            Rate = Rate(line.GetValue(_rate)),
            Reconnect = Check(line, _reconnect, 0, int.MaxValue),
            IsUpperCase = handler == Upper,
            ConnectTimeout = timeout,
            ReplyTimeout = timeout,
            ServerProcesses = line.GetValue(_serverPids) ?? [],
        };
        if ((long)options.Size * options.Pipeline > LoadGenerator.MostBytes)
        {
            throw new UsageException($"--pipeline {options.Pipeline} of --size {options.Size}: at most {LoadGenerator.MostBytes} bytes of a connection may be under way.");
        }

        foreach (int pid in options.ServerProcesses)
        {
            _ = ProcessorUse.Read(pid) ?? throw new UsageException($"--server-pid {pid}: there is no such process.");
        }

        return options;
    }

    // Without one, 0: a message follows when one is answered.
    private static double Rate(double? given) => given switch
    {
        null => 0,
        > 0 and <= 1e9 and double rate => rate,
        double wrong => throw new UsageException($"--rate {wrong.ToString(CultureInfo.InvariantCulture)}: messages a second are more than 0, and at most a billion. Leave it out for a message when one is answered."),
    };

    private static Option<int> Number(string name, string description, int usual) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };

    private static Option<string> Time(string name, string description, string usual) =>
        new(name) { Description = description, HelpName = "TIME", DefaultValueFactory = _ => usual };

    private static int Check(ParseResult line, Option<int> option, int least, int most) =>
        line.GetValue(option) is var value && value >= least && value <= most ? value
        : throw new UsageException($"{option.Name} {value}: '{Name}' takes a whole number from {least} to {most}.");
}
