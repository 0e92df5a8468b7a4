using System.Runtime.InteropServices;
using Plait.SharedData;

namespace Plait.Net.Servers;

/// <summary>What a server and a process of it share: the counts (<see cref="ServerWorker"/>), and behind them a word, which the server writes before it cancels the process, and which that one reads after it.</summary>
internal static class WorkerMemory
{
    public static SharedMemoryBlock Create() => SharedMemoryBlock.Create(ServerWorker.MemorySize + sizeof(long));

    /// <summary>The process is to leave what is queued to others.</summary>
    public static void LeaveQueue(SharedMemoryBlock memory) => Volatile.Write(ref Word(memory), 1);

    /// <summary>Whether it was told so.</summary>
    public static bool LeavesQueue(SharedMemoryBlock memory) => Volatile.Read(ref Word(memory)) != 0;

    private static ref long Word(SharedMemoryBlock memory) => ref MemoryMarshal.Cast<byte, long>(memory.Span)[^1];
}
