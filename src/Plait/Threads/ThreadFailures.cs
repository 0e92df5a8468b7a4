using System.Runtime.CompilerServices;

namespace Plait.Threads;

/// <summary>Exceptions of threads on their way to whoever wants to know.</summary>
internal static class ThreadFailures
{
    private static readonly Lock Gate = new();

    // Failures whose thread has a result that nobody has asked for yet. Weak: collected together with the thread's object.
    private static readonly ConditionalWeakTable<UnaskedFailure, object> Unasked = [];

    // Guarded by Gate.
    private static bool s_isInstalled;

    /// <summary>Tells the handlers, or standard error when there are none. What a handler throws is told on standard error, and ends there.</summary>
    public static void Tell(WorkerThread thread, Exception exception)
    {
        var args = new UnhandledThreadExceptionEventArgs(thread, exception);
        if (WorkerThread.UnhandledExceptionHandlers is not { } handlers)
        {
            Print(args);
            return;
        }

        foreach (EventHandler<UnhandledThreadExceptionEventArgs> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(thread, args);
            }
            catch (Exception error)
            {
                Write($"A handler of WorkerThread.UnhandledException threw {error}{Environment.NewLine}when it was told of thread {thread}: {exception}");
            }
        }
    }

    public static void Print(UnhandledThreadExceptionEventArgs args) => Write($"Unhandled exception in thread {args.Thread}: {args.Exception}");

    /// <summary>Keeps the exception of a thread with a result for whoever asks for that. If nobody has, it is told when the object is collected or the process ends.</summary>
    public static UnaskedFailure Keep(WorkerThread thread, Exception exception)
    {
        lock (Gate)
        {
            if (!s_isInstalled)
            {
                s_isInstalled = true;
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => TellAll();
            }
        }

        var failure = new UnaskedFailure(thread, exception);
        Unasked.Add(failure, failure);
        return failure;
    }

    public static void Forget(UnaskedFailure failure) => Unasked.Remove(failure);

    private static void TellAll()
    {
        foreach ((UnaskedFailure failure, _) in Unasked)
        {
            failure.Tell();
        }
    }

    private static void Write(string text)
    {
        try
        {
            Console.Error.WriteLine(text);
        }
        catch (Exception)
        {
            // Standard error is closed, or was replaced by something broken: there is nobody left to tell.
        }
    }
}

/// <summary>An exception that must not be lost: it is told unless <see cref="Observe"/> comes first.</summary>
internal sealed class UnaskedFailure(WorkerThread thread, Exception exception)
{
    private int _isSettled;

    ~UnaskedFailure() => Tell();

    /// <summary>Somebody has it.</summary>
    public void Observe()
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
        {
            ThreadFailures.Forget(this);
        }
    }

    public void Tell()
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
        {
            ThreadFailures.Tell(thread, exception);
        }
    }
}
