using Plait.Processes;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class SignalDriven() : Chapter(
    "signal-driven",
    Parts.CoroutinesAndIO,
    "The kernel sends the server's thread a signal for each socket that something has come for, with its number: nobody asks any socket. The queue of signals has an\n"
        + "end; what has no room in it is found by one look at all sockets, so nothing is lost.",
    "docs/servers.md",
    hasBreak: false)
{
    public override async Task RunAsync(ChapterContext context)
    {
        int idle = context.IsQuick ? 200 : 1000;
        int bursts = context.IsQuick ? 5 : 20;

        // In a process of its own: how many signals may wait is a process's limit, and here it becomes none.
        using var child = ChildProcess.Start(static (int idle, int bursts) => SignalServer.Measure(idle, bursts), idle, bursts);
        SignalServer.Result seen = await child.GetResultAsync(context.Cancellation);

        context.Say($"{seen.Messages:N0} messages of one client, {idle:N0} others silent: {seen.Told} answered, {seen.LooksWhenTold} looks at all sockets");
        context.Say($"no room for signals, {bursts} times all {idle:N0} at once: {seen.Found:N0} answered, {seen.LooksWhenFull} looks at all sockets");
        context.Fact("idle", idle);
        context.Fact("told", seen.Told);
        context.Fact("rescans_with_room", seen.LooksWhenTold);
        context.Fact("found", seen.Found);
        context.Fact("rescans_without_room", seen.LooksWhenFull);
        context.Expect(seen.Told == seen.Messages && seen.LooksWhenTold == 0, "the signal tells which socket, and no other is looked at");
        context.Expect(seen.Found == idle * bursts, "without room for signals, everyone is answered all the same");
        context.Expect(seen.LooksWhenFull >= bursts, "a look at all sockets stands for the signals that were lost");
    }
}
