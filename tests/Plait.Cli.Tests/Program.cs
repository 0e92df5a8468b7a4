using Plait.Cli;
using Plait.Cli.Commands;
using Plait.Cli.Terminal;
using Plait.Cli.Tests;
using Xunit.MicrosoftTestingPlatform;

// What only a process of its own can show (signals, a terminal) is shown by this same executable, as the tool with made-up chapters.
if (args is ["--as-tool", .. string[] rest])
{
    using var interrupt = new Interrupt(TimeProvider.System);
    var tool = new Tool(MadeUpChapters.All, new BenchSource([], MadeUpBench.Nothing), Screen.ForConsole(), Console.In, Console.Out, Console.Error, TimeProvider.System);
    return interrupt.Translate(await tool.RunAsync(rest, interrupt.Token));
}

return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
