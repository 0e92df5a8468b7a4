using Plait.Queues;

namespace Plait.Cli.Chapters.Queues;

/// <summary>Who has the other end.</summary>
internal static class PipePeers
{
    /// <summary>Answers a word, and tells the length of a message.</summary>
    public static void Answer(PipeConnection end)
    {
        using PipeConnection own = end;
        own.Send((own.Receive<string>().ToUpperInvariant(), Environment.ProcessId));
        own.Send(own.ReceiveBytes().Length);
    }

    /// <summary>Sends messages of that length until it is killed.</summary>
    public static void SendForEver(PipeConnection end, int length)
    {
        using PipeConnection own = end;
        while (true)
        {
            own.SendBytes(new byte[length]);
        }
    }
}
