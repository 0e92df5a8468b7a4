using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Plait.Benchmarks.IO;

/// <summary>The least that a switch between two async methods costs: their continuations on a ring, and nothing else. No contexts, no coroutines, no clock.</summary>
internal static class BareRing
{
    private static readonly Action?[] s_ring = new Action?[4];
    private static int s_head;
    private static int s_tail;

    /// <summary>Nanoseconds a switch.</summary>
    /// <param name="switches">How many in all, at least 2.</param>
    public static double SwitchNanoseconds(int switches)
    {
        long start = Stopwatch.GetTimestamp();
        Task first = GiveWay(switches / 2);
        Task second = GiveWay(switches / 2);
        while (s_head != s_tail)
        {
            ref Action? place = ref s_ring[s_head++ & 3];
            Action next = place!;
            place = null;
            next();
        }

        return first.IsCompletedSuccessfully && second.IsCompletedSuccessfully
            ? Stopwatch.GetElapsedTime(start).TotalNanoseconds / switches
            : throw new InvalidOperationException("The ring is empty, and not all have ended.");
    }

    private static async Task GiveWay(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await default(Turn);
        }
    }

    private readonly struct Turn : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public Turn GetAwaiter() => this;

        public void GetResult()
        {
            // Nothing comes back.
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => s_ring[s_tail++ & 3] = continuation;
    }
}
