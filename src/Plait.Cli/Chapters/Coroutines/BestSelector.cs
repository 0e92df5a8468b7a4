using System.Net.Sockets;
using Plait.Net.Selectors;

namespace Plait.Cli.Chapters.Coroutines;

internal sealed class BestSelector() : Chapter(
    "selectors",
    Parts.CoroutinesAndIO,
    "Which of the three calls is there, and which is best, is not a program's business: ask for the default, and it says what it took, and why. All keep the same\n"
        + "contract.",
    "docs/selectors.md",
    hasBreak: false)
{
    public override Task RunAsync(ChapterContext context)
    {
        using var selector = Selector.CreateDefault();
        context.Say($"the default here is {selector.Name}: {selector.Reason}");
        var told = new List<string>();
        foreach (Func<Selector> create in (Func<Selector>[])[static () => new SelectSelector(), static () => new PollSelector(), static () => new EpollSelector(), static () => Selector.CreateDefault()])
        {
            using Selector one = create();
            (Socket reader, Socket writer) = SocketPair.Create();
            using (reader)
            using (writer)
            {
                one.Register(reader, SelectorEvents.Read, "mail");
                bool isSilent = one.Select(TimeSpan.Zero).Count == 0;
                writer.Send("x"u8);
                told.Add($"{isSilent} {one.Select(TimeSpan.FromSeconds(10)) is [{ Key.Data: "mail", Events: SelectorEvents.Read }]}");
            }
        }

        context.Fact("name", selector.Name);
        context.Fact("reason", selector.Reason);
        context.Expect(selector.Name == "epoll", "epoll is the best that Linux has");
        context.Expect(selector.Reason.Length > 0, "it says why");
        context.Expect(told.All(static each => each == "True True"), "all of them tell the same");
        return Task.CompletedTask;
    }
}
