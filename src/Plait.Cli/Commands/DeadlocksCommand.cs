using System.CommandLine;
using System.Globalization;
using Plait.Cli.Reports;
using Plait.Diagnostics;

namespace Plait.Cli.Commands;

/// <summary><c>plait deadlocks</c>: looks at who waits for whom in a running program, from outside.</summary>
internal sealed class DeadlocksCommand(TextWriter output)
{
    public const string Name = "deadlocks";

    public Command Create()
    {
        var target = new Argument<string>("PID|NAME") { Description = "The number of a process that runs, or the name of a named scope that is open." };
        target.Validators.Add(UsageErrors.RefuseOptions);
        var suspect = new Option<double>("--suspect") { Description = "Suspect waits that have lasted so many seconds.", HelpName = "SECONDS", DefaultValueFactory = static _ => DeadlockDetector.SuspectAfter.TotalSeconds };
        var json = new Option<bool>("--json") { Description = "Print the whole graph as JSON." };
        var dot = new Option<bool>("--dot") { Description = "Print it for Graphviz: | dot -Tsvg > waits.svg" };
        var mermaid = new Option<bool>("--mermaid") { Description = "Print it for Mermaid, as Markdown pages show it." };
        var command = new Command(Name, "Look at who waits for whom in a running program; it is not disturbed. Exit code 1 if a deadlock is proven.") { target, json, dot, mermaid, suspect };
        command.SetAction(line =>
        {
            if ((line.GetValue(json) ? 1 : 0) + (line.GetValue(dot) ? 1 : 0) + (line.GetValue(mermaid) ? 1 : 0) > 1)
            {
                throw new UsageException("--json, --dot and --mermaid are three forms of one graph: choose one.");
            }

            WaitGraphSnapshot graph = Find(line.GetValue(target)!, line.GetValue(suspect));
            output.WriteLine(line.GetValue(json) ? WaitGraphJson.Write(graph) : line.GetValue(dot) ? graph.ToDot() : line.GetValue(mermaid) ? graph.ToMermaid() : graph.ToString());
            return graph.Deadlocks.Count == 0 ? ExitCode.Ok : ExitCode.CheckFailed;
        });
        return command;
    }

    private static WaitGraphSnapshot Find(string target, double seconds)
    {
        if (!(seconds >= 0 && seconds <= TimeSpan.MaxValue.TotalSeconds / 2))
        {
            throw new UsageException($"--suspect {seconds.ToString(CultureInfo.InvariantCulture)}: a time in seconds is 0 or more.");
        }

        var suspectAfter = TimeSpan.FromSeconds(seconds);
        try
        {
            // A scope may be called by a number as well; a process goes first.
            return int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && (Directory.Exists($"/proc/{pid}") || !IsScope(target))
                ? DeadlockDetector.FindInProcess(pid, suspectAfter)
                : DeadlockDetector.FindInScope(target, suspectAfter);
        }
        catch (Exception refused) when (refused is ArgumentException or InvalidOperationException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UsageException($"deadlocks {target}: {(refused is ArgumentException { ParamName: not null } argument ? argument.Message.Replace($" (Parameter '{argument.ParamName}')", string.Empty, StringComparison.Ordinal) : refused.Message)}", refused);
        }
    }

    private static bool IsScope(string name)
    {
        try
        {
            _ = DeadlockDetector.FindInScope(name);
            return true;
        }
        catch (Exception refused) when (refused is ArgumentException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
