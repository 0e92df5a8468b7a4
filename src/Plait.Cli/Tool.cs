using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Plait.Cli.Chapters;
using Plait.Cli.Commands;
using Plait.Cli.Terminal;

namespace Plait.Cli;

/// <summary>The plait tool: its commands, and one place where every outcome becomes an exit code.</summary>
internal sealed class Tool(
    IReadOnlyList<Chapter> chapters, BenchSource bench, Screen screen, TextReader input, TextWriter output, TextWriter error, TimeProvider time)
{
    private const string Description =
        """
        Plait: real multiprocessing for .NET, shown and measured.

        Exit codes: 0 all well; 1 a check failed or a goal was missed; 2 wrong command line;
        3 the tool broke down; 130 ended by Ctrl+C.
        """;

    /// <summary>Does what the command line says; a cancelled token ends it with <see cref="ExitCode.Interrupted"/>.</summary>
    public async Task<int> RunAsync(string[] args, CancellationToken interrupted)
    {
        ArgumentNullException.ThrowIfNull(args);
        Command root = CreateRoot();
        ParseResult line = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (line.Errors.Count > 0)
        {
            return Refuse(UsageErrors.Describe(line, chapters), line);
        }

        try
        {
            // Signals are ours (Interrupt), and so are exceptions: the library's own handlers know neither 2 nor 130.
            var invocation = new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await line.InvokeAsync(invocation, interrupted);
        }
        catch (UsageException e)
        {
            return Refuse(e.Message, line);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            await error.WriteLineAsync("plait: interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            await error.WriteLineAsync($"plait: broke down, which is a bug in the tool: {e}");
            return ExitCode.BrokeDown;
        }
        finally
        {
            screen.Restore();
        }
    }

    // No RootCommand: it calls itself after the executable, and help must say what people type.
    private Command CreateRoot()
    {
        var root = new Command("plait", Description)
        {
            new HelpOption { Recursive = true },
            new VersionOption { Action = new VersionAction(output) },
            new TourCommand(chapters, screen, time).Create(),
            new LabCommand(chapters, screen, time).Create(),
            new BenchCommand(bench, screen).Create(),
            new ServeCommand(screen, input).Create(),
            new ConnectCommand(input, output, error).Create(),
            new SchedCommand(screen).Create(),
            new DeadlocksCommand(output).Create(),
            new LoadCommand(screen).Create(),
        };
        root.SetAction(line => new HelpAction().Invoke(line));
        return root;
    }

    private int Refuse(string message, ParseResult line)
    {
        error.WriteLine($"plait: {message}");
        error.WriteLine($"Try '{UsageErrors.HelpOf(line)}'.");
        return ExitCode.BadUsage;
    }

    private sealed class VersionAction(TextWriter output) : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            string version = typeof(Tool).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            output.WriteLine($"plait {version.Split('+')[0]} (.NET {Environment.Version})");
            return ExitCode.Ok;
        }
    }
}
