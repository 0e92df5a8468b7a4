using Plait.Coroutines;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class SwitchesByHand() : Chapter(
    "greenlet",
    Parts.CoroutinesAndIO,
    "Three greenlets hand the thread round by name, each after a wait that blocks: nothing runs side by side, so the waits add up. The first one to end goes to its\n"
        + "parent, and leaves the other two where they stand.",
    "docs/greenlets.md",
    hasBreak: false)
{
    private const int Rounds = 5;

    public override Task RunAsync(ChapterContext context)
    {
        var wait = TimeSpan.FromSeconds(context.IsQuick ? 0.04 : 0.2);
        var order = new List<string>();
        Greenlet a = null!, b = null!, c = null!;
        a = new Greenlet(_ => Turns("A", () => b), name: "a");
        b = new Greenlet(_ => Turns("B", () => c), name: "b");
        c = new Greenlet(_ => Turns("C", () => a), name: "c");

        long start = context.Time.GetTimestamp();
        _ = a.Switch();
        TimeSpan seconds = context.Time.GetElapsedTime(start);
        context.Say($"{string.Join(' ', order)}: {order.Count} waits of {wait.TotalSeconds:0.00} s in {seconds.TotalSeconds:0.00} s");
        context.Say($"then {a}, {b}, {c}");
        context.Fact("order", string.Join(' ', order));
        context.Fact("waits", order.Count);
        context.Fact("seconds", seconds);
        context.Fact("a", a.State);
        context.Fact("b", b.State);
        context.Fact("c", c.State);
        context.Expect(string.Join(' ', order) == "A0 B0 C0 A1 B1 C1 A2 B2 C2 A3 B3 C3 A4", "each goes on where it stood, in the order in which they name each other");
        context.Expect(a.State == GreenletState.Dead && b.State == GreenletState.Suspended && c.State == GreenletState.Suspended, "the end of a leaves b and c unfinished");
        context.Expect(seconds >= 13 * wait && seconds < 20 * wait, "13 waits, one after the other");

        b.Dispose();
        c.Dispose();
        context.Expect(!b.IsAlive && !c.IsAlive, "disposed, they have ended too");
        return Task.CompletedTask;

        async Task Turns(string name, Func<Greenlet> next)
        {
            for (int round = 0; round < Rounds; round++)
            {
                order.Add($"{name}{round}");
                Sleep.AtLeast(wait);
                if (round < Rounds - 1)
                {
                    await next().Switch();
                }
            }
        }
    }
}
