using System.Runtime.ExceptionServices;
using Plait.Interop;

namespace Plait.Benchmarks.Servers;

/// <summary>Server and client on a processor each, where there are two: else what the scheduler does is measured.</summary>
internal static class PinnedThread
{
    private static readonly int[] s_processors = ProcessCalls.GetAffinity(0);

    /// <summary>The processor of servers.</summary>
    public static int Server => s_processors[0];

    /// <summary>The processor of clients: another one if there is one.</summary>
    public static int Client => s_processors[^1];

    /// <summary>Calls a function on a thread of its own that runs on one processor only, as does what it starts, and returns its result.</summary>
    public static T Run<T>(int processor, Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                ProcessCalls.SetAffinity(0, [processor]);
                result = function();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
