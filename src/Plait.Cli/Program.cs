using Plait.Cli;
using Plait.Cli.Chapters;
using Plait.Cli.Chapters.Locks;
using Plait.Cli.Commands;
using Plait.Cli.Terminal;

// Not for people: a chapter needs a whole program, with a main that ends, and this is it.
if (args is [DaemonThread.Role, .. var threads])
{
    return DaemonThread.RunProgram(threads);
}

using var interrupt = new Interrupt(TimeProvider.System);
var tool = new Tool(ChapterCatalog.All, BenchSource.Real, Screen.ForConsole(), Console.In, Console.Out, Console.Error, TimeProvider.System);
return interrupt.Translate(await tool.RunAsync(args, interrupt.Token));
