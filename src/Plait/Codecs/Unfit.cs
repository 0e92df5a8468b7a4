namespace Plait.Codecs;

/// <summary>Classes of the framework and of ours that are tied to this process, with what to do instead. By name, so that no assembly is loaded to ask.</summary>
internal static class Unfit
{
    private const string Handle = "it holds an operating-system handle";
    private const string Local = "it only works between threads of this process";
    private const string Running = "it is running in this process";

    /// <summary>A refusal for <paramref name="type"/> when <paramref name="level"/>, it or a base of it, is such a class.</summary>
    public static RefusedPlan? Because(Type level, Type type)
    {
        for (Type? at = level; at is not null && at != typeof(object); at = at.BaseType)
        {
            string name = at.IsConstructedGenericType ? at.GetGenericTypeDefinition().FullName! : at.FullName ?? at.Name;
            if (Find(name) is var (reason, advice) && reason.Length > 0)
            {
                return new RefusedPlan(type, reason, advice);
            }
        }

        return null;
    }

    private static (string Reason, string Advice) Find(string name) => name switch
    {
        "System.IO.MemoryStream" => ("it is a stream, with a position that two processes cannot share", "Pass its bytes: ToArray()"),
        "System.IO.FileStream" => (Handle, "Pass its path instead, and open the file in the function; or its SafeFileHandle, to share the open file"),
        "System.IO.Stream" or "System.IO.TextWriter" or "System.IO.TextReader" or "System.IO.BinaryReader" or "System.IO.BinaryWriter" =>
            (Handle, "Pass what it is made from (a path, an address, the bytes) instead, and open it in the function"),
        "System.Net.Sockets.TcpClient" =>
            (Handle, "Pass its Client, the socket itself, which can travel; or the address, and connect in the function"),
        "System.Net.Sockets.Socket" or "System.Net.Sockets.TcpListener" or "System.Net.Sockets.UdpClient" =>
            (Handle, "Pass the address instead, and connect in the function"),
        "System.Runtime.InteropServices.SafeHandle" or "System.Runtime.InteropServices.CriticalHandle" =>
            (Handle, "Pass what it was opened from instead, and open it in the function"),
        "System.Diagnostics.Process" => (Handle, "Pass its Id instead"),
        "System.Threading.WaitHandle" or "System.Threading.Lock" or "System.Threading.SemaphoreSlim" or "System.Threading.ManualResetEventSlim"
            or "System.Threading.ReaderWriterLockSlim" or "System.Threading.Barrier" or "System.Threading.CountdownEvent" =>
            (Local, "Lock a file instead (FileShare.None), or do what must not overlap in one process"),
        "System.Collections.Concurrent.ConcurrentQueue`1" or "System.Collections.Concurrent.ConcurrentBag`1"
            or "System.Collections.Concurrent.ConcurrentStack`1" or "System.Collections.Concurrent.BlockingCollection`1"
            or "System.Collections.Concurrent.ConcurrentDictionary`2" or "System.Threading.Channels.Channel`1" or "System.Threading.Channels.Channel`2"
            or "System.Threading.Channels.ChannelReader`1" or "System.Threading.Channels.ChannelWriter`1" =>
            (Local, "Pass a copy: ToArray(), and return what is to be added"),
        "System.Threading.Timer" or "System.Timers.Timer" or "System.Threading.PeriodicTimer" => (Running, "Create the timer in the function"),
        "System.Threading.Thread" => (Running, "Pass its name or number instead"),
        "System.Threading.Tasks.Task" or "System.Threading.Tasks.TaskCompletionSource" or "System.Threading.Tasks.TaskCompletionSource`1"
            or "System.Threading.Tasks.ValueTask" or "System.Threading.Tasks.ValueTask`1" => (Running, "Await it first and pass its result"),
        "Plait.Execution.Future" => (Running, "Await it first and pass its result"),
        "Plait.Processes.ProcessExecutor" => ("its workers belong to this process", "Pass only the values that the function needs; what is to be submitted it can return"),
        "System.Threading.CancellationTokenSource" => (Local, "Pass its Token: cancelling it here cancels it there"),
        "System.Threading.AsyncLocal`1" or "System.Threading.ThreadLocal`1" or "System.Threading.ExecutionContext" or "System.Threading.SynchronizationContext"
            or "System.Threading.Tasks.TaskScheduler" => (Local, "Pass the value that it holds"),
        "System.Net.Http.HttpMessageInvoker" => (Handle, "Create the client in the function"),
        "System.Data.Common.DbConnection" or "System.Data.Common.DbCommand" or "System.Data.Common.DbDataReader" =>
            (Handle, "Pass the connection string instead, and connect in the function"),
        "System.Progress`1" => (Local, "Declare it as IProgress<T> where it is passed or captured: an executor passes on what is reported to it"),
        "System.Random" => ("its state is private to the framework", "Pass a seed and create it in the function"),
        "System.Lazy`1" => ("it may not have run yet", "Pass its Value"),
        "System.Text.RegularExpressions.Regex" => ("it holds compiled code", "Pass the pattern and create it in the function"),
        "System.WeakReference" or "System.WeakReference`1" => ("it does not keep its target", "Pass the target"),
        _ => ("", ""),
    };
}
