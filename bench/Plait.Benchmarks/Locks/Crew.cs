using System.Diagnostics;

namespace Plait.Benchmarks.Locks;

/// <summary>Threads that begin together.</summary>
internal static class Crew
{
    /// <summary>Runs <paramref name="body"/> on so many new threads; the nanoseconds from the first one's begin to the last one's end.</summary>
    /// <param name="threads">How many, at least 1.</param>
    /// <param name="body">Given the number of the thread, from 0.</param>
    /// <exception cref="AggregateException">A body threw.</exception>
    public static double Run(int threads, Action<int> body)
    {
        using var line = new Barrier(threads);
        var (began, ended, errors) = (new long[threads], new long[threads], new Exception?[threads]);
        var crew = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            int number = i;
            crew[i] = new Thread(() =>
            {
                line.SignalAndWait();
                began[number] = Stopwatch.GetTimestamp();
                try
                {
                    body(number);
                }
                catch (Exception exception)
                {
                    // Told below, on the thread that asked for it.
                    errors[number] = exception;
                }

                ended[number] = Stopwatch.GetTimestamp();
            })
            { IsBackground = true, Name = $"bench-{number}" };
            crew[i].UnsafeStart();
        }

        foreach (Thread thread in crew)
        {
            thread.Join();
        }

        return errors.Any(static error => error is not null)
            ? throw new AggregateException(errors.OfType<Exception>())
            : Stopwatch.GetElapsedTime(began.Min(), ended.Max()).TotalNanoseconds;
    }
}
