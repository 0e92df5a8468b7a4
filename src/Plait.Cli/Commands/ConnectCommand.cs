using System.CommandLine;
using System.Net;
using System.Text;
using Plait.Execution;
using Plait.Net;

namespace Plait.Cli.Commands;

/// <summary><c>plait connect</c>: talks to a server, line by line.</summary>
internal sealed class ConnectCommand(TextReader input, TextWriter output, TextWriter error)
{
    public const string Name = "connect";

    private readonly Argument<string> _target = new("TARGET") { Description = "Where the server listens: HOST:PORT, or unix:PATH." };
    private readonly Option<int> _attempts = new("--attempts") { Description = "How often to try to connect, with growing pauses.", HelpName = "N", DefaultValueFactory = static _ => 1 };
    private readonly Option<string> _timeout = new("--timeout") { Description = "How long an attempt may take.", HelpName = "TIME", DefaultValueFactory = static _ => "10s" };

    public Command Create()
    {
        _target.Validators.Add(UsageErrors.RefuseOptions);
        var command = new Command(Name, "Send lines to a server, from the keyboard or standard input, and show what comes back. Ends when the server does, or, after the last line, when it has answered. " + Durations.Help)
        {
            _target, _attempts, _timeout,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken interrupted)
    {
        EndPoint server = await ServerPlace.ParseAsync(line.GetValue(_target)!, interrupted);
        if (line.GetValue(_attempts) is < 1 and int attempts)
        {
            throw new UsageException($"{_attempts.Name} {attempts}: it is at least 1.");
        }

        var options = new ConnectOptions
        {
            Retries = new RetryPolicy { Count = line.GetValue(_attempts) - 1, Backoff = TimeSpan.FromMilliseconds(100), LongestBackoff = TimeSpan.FromSeconds(5) },
            Timeout = Durations.Parse(_timeout.Name, line.GetValue(_timeout)!, isZeroAllowed: false),
        };
        try
        {
            await using Connection connection = await Task.Run(() => Connection.Connect(server, options), interrupted);
            using CancellationTokenRegistration end = interrupted.Register(connection.Abort);
            new Thread(() => SendLines(connection)) { IsBackground = true, Name = "input" }.Start();
            await Task.Factory.StartNew(() => ShowAsync(connection).GetAwaiter().GetResult(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            interrupted.ThrowIfCancellationRequested();
            await error.WriteLineAsync($"plait: {failure.Message}");
            return ExitCode.CheckFailed;
        }
    }

    // On a thread of its own: reading lines blocks, and cannot be cancelled.
    private void SendLines(Connection connection)
    {
        try
        {
            while (input.ReadLine() is { } text)
            {
                connection.SendAsync(Encoding.UTF8.GetBytes(text + "\n")).AsTask().GetAwaiter().GetResult();
            }

            connection.EndSendingAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is IOException or TimeoutException or ObjectDisposedException)
        {
            // The server is gone, and whoever reads says so.
        }
    }

    private async Task ShowAsync(Connection connection)
    {
        Decoder decoder = Encoding.UTF8.GetDecoder();
        char[] text = new char[32 * 1024];
        while (true)
        {
            ReadOnlyMemory<byte> data = await connection.ReceiveAsync();
            if (data.IsEmpty)
            {
                return;
            }

            while (!data.IsEmpty)
            {
                decoder.Convert(data.Span, text, flush: false, out int used, out int made, out _);
                await output.WriteAsync(text.AsMemory(0, made));
                data = data[used..];
            }

            await output.FlushAsync();
        }
    }
}
