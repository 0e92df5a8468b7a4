using Plait.Memory;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>
/// A unit that goes no further than the point that it reaches as its so manieth, or than its first of a certain number (then the target is minus that): there it stays, between two instructions, until
/// its process is killed. So one death of a process is the death of many units, each in a memory of its own.
/// </summary>
internal sealed class Victim(Stage stage, int target, bool isSecond, CountdownEvent running)
{
    private static readonly AsyncLocal<Victim?> Current = new();
    private static readonly ManualResetEventSlim Never = new();

    // Threads of the engine's own belong to no unit: of those there is one in a process at most that is to be stopped.
    private static Victim? s_ofEngine;

    private readonly Lock _gate = new();
    private int _hits;
    private bool _isOver;

    /// <summary>From here on points are seen by those who are to be stopped there.</summary>
    public static void Observe() => CrashPoints.Observer = static point => (Current.Value ?? (point == CrashPoint.DeliveriesTaken ? Volatile.Read(ref s_ofEngine) : null))?.Reach(point);

    /// <summary>Runs until it is stopped; then does not return.</summary>
    public void Run(Action act, bool isOfEngine)
    {
        if (isOfEngine)
        {
            Volatile.Write(ref s_ofEngine, this);
        }
        else
        {
            Current.Value = this;
        }

        act();
        Stop(CrashPoint.None);
        Never.Wait();
    }

    private void Reach(CrashPoint point)
    {
        int hits = Interlocked.Increment(ref _hits);
        if (target > 0 ? hits == target : (int)point == -target)
        {
            Stop(point);
        }

        // A flow goes on by several threads.
        if (Volatile.Read(ref _isOver))
        {
            Never.Wait();
        }
    }

    private void Stop(CrashPoint point)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            Volatile.Write(ref _isOver, true);
            if (isSecond)
            {
                stage.SecondPoint = point;
            }
            else
            {
                stage.Point = point;
                stage.Hits = _hits;
                stage.IsStopped = true;
            }
        }

        running.Signal();
    }
}
