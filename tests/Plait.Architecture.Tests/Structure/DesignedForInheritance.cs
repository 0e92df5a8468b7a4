namespace Plait.Architecture.Tests.Structure;

/// <summary>The classes of Plait.dll that users or other classes derive from. Everything else is sealed.</summary>
internal static class DesignedForInheritance
{
    public static readonly IReadOnlyDictionary<string, string> Table = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Plait.Processes.ChildProcess"] = "users override Run to make a unit of their own; ChildProcess<TResult> is the same unit with a result",
        ["Plait.Processes.ChildProcess`1"] = "users override Run to make a unit of their own that returns a value",
        ["Plait.Queues.Engine.DirectQueue`2"] = "a queue with priorities is the same queue with four more methods",
        ["Plait.Queues.Engine.EncodedQueue`1"] = "queues with priorities, of buffers and of leases are the same queue with more methods",
        ["Plait.Coroutines.Coroutine"] = "Coroutine<TResult> is the same coroutine with a result",
        ["Plait.Codecs.FunctionTable"] = "the sender's side for a payload that may go to any of several workers gives every function a number at once",
        ["Plait.Threads.WorkerThread"] = "users override Run to make a unit of their own; WorkerThread<TResult> is the same unit with a result",
        ["Plait.Threads.WorkerThread`1"] = "users override Run to make a unit of their own that returns a value",
    };
}
