using Plait.Cli;
using Plait.Cli.Chapters;
using Plait.Cli.Commands;
using Plait.Cli.Terminal;

using var interrupt = new Interrupt(TimeProvider.System);
var tool = new Tool(ChapterCatalog.All, BenchSource.Real, Screen.ForConsole(), Console.Out, Console.Error, TimeProvider.System);
return interrupt.Translate(await tool.RunAsync(args, interrupt.Token));
