using Plait.Queues;

namespace Plait.Tests.Queues.Pipes;

/// <summary>What units of the tests do with their end of a pipe.</summary>
internal static class PipeWork
{
    /// <summary>Sends back every message of bytes until the peer is gone; returns how many.</summary>
    public static int EchoBytes(PipeConnection end)
    {
        using PipeConnection own = end;
        int count = 0;
        try
        {
            while (true)
            {
                own.SendBytes(own.ReceiveBytes());
                count++;
            }
        }
        catch (PipeClosedException)
        {
            return count;
        }
    }

    public static int EchoValue<T>(PipeConnection end)
    {
        using PipeConnection own = end;
        own.Send(own.Receive<T>());
        return 1;
    }

    /// <summary>Sends messages of bytes of these lengths, each filled with its own number.</summary>
    public static int SendBytes(PipeConnection end, int[] lengths)
    {
        using PipeConnection own = end;
        for (int i = 0; i < lengths.Length; i++)
        {
            byte[] bytes = new byte[lengths[i]];
            Array.Fill(bytes, (byte)i);
            own.SendBytes(bytes);
        }

        return lengths.Length;
    }

    /// <summary>Receives messages of bytes until the peer is gone; their lengths.</summary>
    public static List<int> ReceiveLengths(PipeConnection end)
    {
        using PipeConnection own = end;
        var lengths = new List<int>();
        try
        {
            while (true)
            {
                byte[] bytes = own.ReceiveBytes();
                lengths.Add(Array.TrueForAll(bytes, value => value == bytes[0]) ? bytes.Length : -1);
            }
        }
        catch (PipeClosedException)
        {
            return lengths;
        }
    }
}
