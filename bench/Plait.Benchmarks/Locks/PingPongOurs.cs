using System.Diagnostics;
using Plait.Memory;
using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Benchmarks.Locks;

/// <summary>Two processes that wake each other in turn: each waits for its own semaphore and then releases the other's.</summary>
internal sealed class PingPongOurs(bool spinning) : IDisposable
{
    private readonly ProcessScope scope = ProcessScope.Create("bench-ping-pong");
    private ISemaphore? there;
    private ISemaphore? back;
    private ChildProcess? partner;

    /// <summary>Nanoseconds of one round: there and back.</summary>
    public double RoundNanoseconds(int rounds)
    {
        Start();
        AdaptiveSpin.IsEnabled = spinning;
        try
        {
            // The first round wakes a partner that slept since the last one.
            Round();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < rounds; i++)
            {
                Round();
            }

            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / rounds;
        }
        finally
        {
            AdaptiveSpin.IsEnabled = true;
        }
    }

    public void Dispose()
    {
        partner?.Kill();
        partner?.Join();
        partner?.Dispose();
        scope.Dispose();
    }

    private void Start()
    {
        if (partner is not null)
        {
            return;
        }

        (there, back) = (scope.CreateSemaphore(0), scope.CreateSemaphore(0));
        var options = new ChildProcessOptions { Name = "bench-partner" };
        options.Environment[AdaptiveSpin.Variable] = spinning ? null : "0";
        partner = ChildProcess.Start(Answer, there, back, options);
    }

    private void Round()
    {
        there!.Release();
        back!.Wait();
    }

    private static void Answer(ISemaphore there, ISemaphore back)
    {
        while (true)
        {
            there.Wait();
            back.Release();
        }
    }
}
