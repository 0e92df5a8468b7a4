using Plait.Interop;

namespace Plait.Net.Selectors;

/// <summary>Events as poll(2) and epoll(7) write them: both have the same bits for them.</summary>
internal static class PollBits
{
    private const EpollEvents Over = EpollEvents.Error | EpollEvents.HangUp;

    public static EpollEvents Of(SelectorEvents events) =>
        (events.HasFlag(SelectorEvents.Read) ? EpollEvents.Readable : EpollEvents.None)
        | (events.HasFlag(SelectorEvents.Write) ? EpollEvents.Writable : EpollEvents.None)
        | (events.HasFlag(SelectorEvents.Exceptional) ? EpollEvents.Urgent : EpollEvents.None);

    /// <summary>
    /// What they mean to somebody who asked for <paramref name="asked"/>. An error and an end of both directions are told without being asked for: a read and a write then
    /// return at once, so they count as both, and as whatever else was asked for if neither was: else nobody would ever hear of them, and every wait would end at once.
    /// </summary>
    public static SelectorEvents Read(EpollEvents told, SelectorEvents asked)
    {
        SelectorEvents events =
            ((told & (EpollEvents.Readable | Over)) != EpollEvents.None ? SelectorEvents.Read : SelectorEvents.None)
            | ((told & (EpollEvents.Writable | Over)) != EpollEvents.None ? SelectorEvents.Write : SelectorEvents.None)
            | ((told & EpollEvents.Urgent) != EpollEvents.None ? SelectorEvents.Exceptional : SelectorEvents.None);
        events &= asked;
        return events == SelectorEvents.None && (told & Over) != EpollEvents.None ? asked : events;
    }
}
