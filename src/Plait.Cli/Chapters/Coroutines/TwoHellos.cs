using Plait.Coroutines;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class TwoHellos() : Chapter(
    "asyncio",
    Parts.CoroutinesAndIO,
    "Two coroutines greet, wait, and say goodbye, on one thread. While one waits the other runs, so both are over in the time of one. A sleep that blocks the\n"
        + "thread instead of giving it away stops both.",
    "docs/coroutines.md",
    hasBreak: true)
{
    public override Task RunAsync(ChapterContext context)
    {
        var wait = TimeSpan.FromSeconds(context.IsQuick ? 0.25 : 1);
        var threads = new HashSet<string?>();
        var lines = new List<string>();
        long start = context.Time.GetTimestamp();
        EventLoop.Run(
            () => TaskGroup.Run(group =>
            {
                foreach (string name in (string[])["ann", "bob"])
                {
                    _ = group.Spawn(() => GreetAsync(name), name);
                }

                return Task.CompletedTask;
            }),
            new EventLoopOptions { Name = "hellos", BlockedAfter = Timeout.InfiniteTimeSpan });
        TimeSpan took = context.Time.GetElapsedTime(start);

        foreach (string line in lines)
        {
            context.Say(line);
        }

        context.Say($"both together: {took.TotalSeconds:0.00} s");
        context.Fact("seconds", took);
        context.Fact("threads", threads.Count);
        context.Fact("lines", string.Join(" / ", lines));
        context.Expect(lines is ["hello ann", "hello bob", "goodbye ann", "goodbye bob"], "both greet before either says goodbye");
        context.Expect(took >= wait && took < 1.9 * wait, "both wait at the same time");
        context.Expect(threads.Count == 1, "one thread runs both");
        return Task.CompletedTask;

        async Task GreetAsync(string name)
        {
            Say($"hello {name}");
            if (context.IsBroken)
            {
                Sleep.AtLeast(wait);
            }
            else
            {
                await Coroutine.Sleep(wait);
            }

            Say($"goodbye {name}");
        }

        void Say(string line)
        {
            lines.Add(line);
            threads.Add($"{Thread.CurrentThread.Name} {Environment.CurrentManagedThreadId}");
        }
    }
}
