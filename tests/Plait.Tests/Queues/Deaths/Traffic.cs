using Plait.Queues;
using Plait.Tests.Synchronization;

namespace Plait.Tests.Queues.Deaths;

/// <summary>
/// Processes that put numbered messages, and processes that get them; each may be killed at any moment. What was put and got they write down in a
/// ledger that does not depend on the queue.
/// </summary>
internal static class Traffic
{
    /// <summary>Messages that one producer puts at most.</summary>
    public const int Most = 2_000;

    public const int Stop = 0;
    public const int Errors = 1;
    public const int Producers = 2;

    private const int FirstSlot = 10;
    private const int FirstProducer = 100;

    /// <summary>Numbers that the ledger of so many producers has.</summary>
    public static int LengthOf(int producers) => FirstProducer + (producers * (Most + 2));

    /// <summary>How often the process of that slot has done anything.</summary>
    public static int Operations(Numbers ledger, int slot) => ledger[FirstSlot + slot];

    public static void ResetSlot(Numbers ledger, int slot) => ledger[FirstSlot + slot] = 0;

    /// <summary>How many puts of a producer have returned.</summary>
    public static int Returned(Numbers ledger, int producer) => ledger[Row(producer)];

    /// <summary>How often a message was got.</summary>
    public static int Got(Numbers ledger, int producer, int message) => ledger[Row(producer) + 1 + message];

    /// <summary>In a process of its own.</summary>
    public static int Produce<T>(IJoinableQueue<T> queue, string path, int slot, int producer)
    {
        using var ledger = new Numbers(path);
        for (int message = 0; message < Most && ledger[Stop] == 0; message++)
        {
            queue.Put(Items.Make<T>((producer * Most) + message));
            ledger[Row(producer)] = message + 1;
            _ = ledger.Add(FirstSlot + slot);
        }

        return producer;
    }

    /// <summary>In a process of its own.</summary>
    public static int Consume<T>(IJoinableQueue<T> queue, string path, int slot)
    {
        using var ledger = new Numbers(path);
        var last = new Dictionary<int, int>();
        foreach (T item in queue.ReadAll())
        {
            int number = Items.Read(item);
            (int producer, int message) = (number / Most, number % Most);
            bool isInOrder = !last.TryGetValue(producer, out int before) || before < message;
            bool isFirst = ledger.Add(Row(producer) + 1 + message) == 1;
            last[producer] = message;
            if (!isInOrder || !isFirst)
            {
                _ = ledger.Add(Errors);
                File.AppendAllText($"{path}.errors", $"message {message} of producer {producer} came {(isFirst ? $"after {before}" : "twice")}{Environment.NewLine}");
            }

            queue.TaskDone();
            _ = ledger.Add(FirstSlot + slot);
        }

        return slot;
    }

    private static int Row(int producer) => FirstProducer + (producer * (Most + 2));
}
