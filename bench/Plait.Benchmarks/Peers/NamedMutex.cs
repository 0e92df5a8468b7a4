using System.Diagnostics;

namespace Plait.Benchmarks.Peers;

// Banned everywhere else, because its layout differs between runtimes. Here it is what we are measured against.
#pragma warning disable RS0030

/// <summary>.NET's only lock that processes share: a mutex with a name.</summary>
internal sealed class NamedMutex : IDisposable
{
    private readonly Mutex mutex;

    public NamedMutex(string name)
    {
        Name = name;
        mutex = new Mutex(initiallyOwned: false, name);
    }

    public string Name { get; }

    /// <summary>Acquires and releases it so many times.</summary>
    public void Pairs(int count)
    {
        for (int i = 0; i < count; i++)
        {
            mutex.WaitOne();
            mutex.ReleaseMutex();
        }
    }

    /// <summary>Acquires it and keeps it until the thread ends.</summary>
    public void Keep() => mutex.WaitOne();

    /// <summary>Waits for it and gives it back.</summary>
    /// <returns>When it was acquired, by <see cref="Stopwatch"/>, and whether its last owner had died.</returns>
    public (long Acquired, bool IsAbandoned) Take()
    {
        bool isAbandoned = false;
        try
        {
            mutex.WaitOne();
        }
        catch (AbandonedMutexException)
        {
            isAbandoned = true;
        }

        long acquired = Stopwatch.GetTimestamp();
        mutex.ReleaseMutex();
        return (acquired, isAbandoned);
    }

    public void Dispose() => mutex.Dispose();
}
