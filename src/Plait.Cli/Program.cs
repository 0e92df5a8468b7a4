using Plait.Cli;
using Plait.Cli.Chapters;
using Plait.Cli.Commands;
using Plait.Cli.Terminal;

using var interrupt = new Interrupt(TimeProvider.System);
return await new Tool(ChapterCatalog.All, BenchSource.Real, Screen.ForConsole(), Console.Out, Console.Error, TimeProvider.System)
    .RunAsync(args, interrupt);
