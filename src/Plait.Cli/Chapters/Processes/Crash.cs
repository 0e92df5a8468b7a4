using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class Crash() : Chapter(
    "crash",
    Parts.Processes,
    "A child can die in many ways, and four of them look the same to the system: signal 6, nothing more.\n"
        + "Each is told by its own name, with the last lines it wrote; nothing of it harms the parent.",
    "docs/child-process.md",
    hasBreak: true)
{
    // The way, what it does, how it must be named, and what its last lines must hold.
    private static readonly (string Way, Action Function, string Named, string Tail)[] s_ways =
    [
        ("exception", Deaths.Throw, "Threw", "no such order"),
        ("exit_code", Deaths.Exit, "Exited:7", "exits with 7"),
        ("native_fault", Deaths.Fault, "Signaled:11", "calls address"),
        ("killed", Deaths.BeKilled, "Signaled:9", "is killed"),
        ("stack_overflow", Deaths.Overflow, "StackOverflow:6", "Deaths.Recurse"),
        ("fail_fast", Deaths.FailFast, "FailFast:6", "the books do not balance"),
        ("out_of_memory", Deaths.FillHeap, "OutOfMemory:6", "fills its heap"),
        ("memory_limit", Deaths.FillMemory, "KilledForMemory:9", "fills its memory"),
        ("unhandled", Deaths.ThrowOnThread, "UnhandledException:6", "nobody catches this"),
    ];

    public override async Task RunAsync(ChapterContext context)
    {
        ChildOutcome[] outcomes = await Task.WhenAll(s_ways.Select(async way =>
        {
            var options = new ChildProcessOptions { Name = way.Way, StandardError = ChildOutput.Keep, MemoryLimit = 128 << 20 };
            await using ChildProcess child = ChildProcess.Start(way.Function, options);
            await child.JoinAsync(cancellationToken: context.Cancellation);
            context.Say(child.Outcome!.ToString());
            return child.Outcome;
        }));
        for (int i = 0; i < s_ways.Length; i++)
        {
            (string way, _, string named, string tail) = s_ways[i];

            // The control expects of each what belongs to the next.
            string expected = context.IsBroken ? s_ways[(i + 1) % s_ways.Length].Named : named;
            string actual = NameOf(outcomes[i]);
            context.Fact(way, actual);
            context.Expect(actual == expected, $"{way} is named {expected}");
            context.Expect(outcomes[i].ErrorTail.Contains(tail, StringComparison.Ordinal), $"the last lines of {way} are kept");
        }
    }

    internal static string NameOf(ChildOutcome outcome) => outcome switch
    {
        { Signal: { } signal } => $"{outcome.Kind}:{signal}",
        { Kind: ChildOutcomeKind.Exited } => $"{outcome.Kind}:{outcome.ExitCode}",
        _ => outcome.Kind.ToString(),
    };
}
