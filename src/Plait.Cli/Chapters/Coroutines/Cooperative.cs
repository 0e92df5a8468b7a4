using Plait.Coroutines;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class Cooperative() : Chapter(
    "cooperative",
    Parts.CoroutinesAndIO,
    "Three coroutines that wait five times each: the loop switches by itself wherever one waits, so all waits run side by side. A sleep that blocks the thread\n"
        + "blocks all of them, and the loop's detector says whose it was.",
    "docs/coroutines.md",
    hasBreak: false)
{
    private const int Rounds = 5;

    public override Task RunAsync(ChapterContext context)
    {
        var wait = TimeSpan.FromSeconds(context.IsQuick ? 0.04 : 0.2);
        var order = new List<string>();
        TimeSpan three;
        int tries = 0;
        do
        {
            // Once more where the machine was too busy to tell.
            order.Clear();
            three = Timed(context, () => Coroutine.JoinAll([.. "ABC".Select(letter => Coroutine.Spawn(async () =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    order.Add($"{letter}{round}");
                    await Coroutine.Sleep(wait);
                }
            }))]));
        }
        while (three >= 3 * Rounds * wait && ++tries < 3);

        context.Say($"{string.Join(' ', order)}: 15 waits of {wait.TotalSeconds:0.00} s in {three.TotalSeconds:0.00} s");

        var sleep = TimeSpan.FromSeconds(context.IsQuick ? 0.3 : 2);
        TimeSpan waiting = Timed(context, () => Coroutine.JoinAll(Coroutine.Spawn(() => Coroutine.Sleep(sleep).AsTask()), Coroutine.Spawn(() => Coroutine.Sleep(sleep).AsTask())));
        context.Say($"two that wait for {sleep.TotalSeconds:0.0} s: {waiting.TotalSeconds:0.00} s");

        var culprits = new List<string>();
        TimeSpan blocking = Timed(context, () => Coroutine.JoinAll([.. ((string[])["first", "second"]).Select(name => Coroutine.Spawn(
            () =>
            {
                Sleep.AtLeast(sleep);
                return Task.CompletedTask;
            },
            new CoroutineOptions { Name = name }))]), culprits);
        context.Say($"two that block for {sleep.TotalSeconds:0.0} s: {blocking.TotalSeconds:0.00} s; the detector names {string.Join(" and ", culprits.Distinct())}");

        context.Fact("three_seconds", three);
        context.Fact("order", string.Join(' ', order));
        context.Fact("waiting_seconds", waiting);
        context.Fact("blocking_seconds", blocking);
        context.Fact("culprits", string.Join(' ', culprits.Distinct()));
        context.Expect(order.Take(6).SequenceEqual(["A0", "B0", "C0", "A1", "B1", "C1"]), "they take turns wherever they wait");
        context.Expect(three >= Rounds * wait && three < 3 * Rounds * wait, "three that wait take the time of one");
        context.Expect(waiting >= sleep && waiting < 2 * sleep, "and so do two");
        context.Expect(blocking >= 2 * sleep, "two that block take the time of both");
        context.Expect(culprits.Contains("first") && culprits.Contains("second"), "the detector names each that blocks");
        return Task.CompletedTask;
    }

    private static TimeSpan Timed(ChapterContext context, Func<Task> function, List<string>? culprits = null)
    {
        long start = context.Time.GetTimestamp();
        EventLoop.Run(async () =>
        {
            // On one thread, that of the watch, which has ended when the loop has.
            EventLoop.Current!.StepBlocked += (_, step) => culprits?.Add(step.Coroutine);
            await function();
        });
        return context.Time.GetElapsedTime(start);
    }
}
