using System.Runtime.CompilerServices;
using Plait.Processes;
using Plait.Queues;
using Plait.Queues.Pipes;
using Plait.Tests.Execution;
using Plait.Tests.Processes;
using Xunit;

namespace Plait.Tests.Queues.Pipes;

/// <summary>Base of the tests of pipes: units that are threads or processes, things put away at the end, and the leak checks of process tests.</summary>
public abstract class PipeTest : ProcessTest
{
    private static readonly Lazy<bool> s_warmUp = new(UsePipes);

    private readonly bool _isProcess;
    private readonly List<IDisposable> _ours = [];

    private protected PipeTest(bool isProcess)
    {
        _isProcess = isProcess;
        Gate.WarmUp();
        _ = s_warmUp.Value;
    }

    /// <summary>Disposed when the test ends.</summary>
    private protected T Keep<T>(T ours)
        where T : IDisposable
    {
        _ours.Add(ours);
        return ours;
    }

    private protected (PipeConnection First, PipeConnection Second) NewPipe()
    {
        (PipeConnection first, PipeConnection second) = Pipe.Create();
        return (Keep(first), Keep(second));
    }

    /// <summary>Starts a unit, which owns the end that it is given: it disposes it.</summary>
    private protected Task<TResult> Start<TResult>(Func<PipeConnection, TResult> function, PipeConnection end)
    {
        if (!_isProcess)
        {
            return OnThread(() => function(end));
        }

        ChildProcess<TResult> child = Keep(ChildProcess.Start(function, end));
        end.Dispose();
        return child.GetResultAsync();
    }

    private protected Task<TResult> Start<T2, TResult>(Func<PipeConnection, T2, TResult> function, PipeConnection end, T2 argument2)
    {
        if (!_isProcess)
        {
            return OnThread(() => function(end, argument2));
        }

        ChildProcess<TResult> child = Keep(ChildProcess.Start(function, end, argument2));
        end.Dispose();
        return child.GetResultAsync();
    }

    protected static T End<T>(Task<T> task) => task.InTime().GetAwaiter().GetResult();

    /// <summary>Blocks until a fact holds that nobody announces.</summary>
    protected static void Until(Func<bool> fact, [CallerArgumentExpression(nameof(fact))] string text = "") =>
        Assert.True(SpinWait.SpinUntil(fact, Waits.Hang), $"Did not come true within {Waits.Hang}: {text}");

    /// <summary>Runs a function on a thread of its own, which ends with it.</summary>
    protected static Task<T> OnThread<T>(Func<T> function) => OwnThread.Run(function);

    /// <summary>Bytes that show when a part of them is missing, doubled or displaced.</summary>
    private protected static byte[] Sample(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 31) ^ (i >> 8) ^ (i >> 16));
        }

        return bytes;
    }

    /// <summary>Threads of this process that sleep in a system call of that name, such as <c>do_poll</c>: who waits for descriptors.</summary>
    private protected static bool IsAsleep(int tid) => File.ReadAllText($"/proc/self/task/{tid}/stat") is var stat && stat[(stat.LastIndexOf(')') + 2)] == 'S';

    protected override void OnEnd()
    {
        foreach (IDisposable ours in Enumerable.Reverse(_ours))
        {
            ours.Dispose();
        }
    }

    // What starts with the first use and stays: two threads, the exchange's socket, and the descriptors that wake sleepers.
    private static bool UsePipes()
    {
        (PipeConnection first, PipeConnection second) = Pipe.Create();
        using (first)
        using (second)
        {
            ValueTask<int> receive = first.ReceiveAsync<int>();
            second.Send(1);
            _ = receive.AsTask().GetAwaiter().GetResult();
            DescriptorTicket ticket = DescriptorExchange.Instance.Deposit(Plait.Interop.Descriptor.Duplicate(first.End.Socket));
            DescriptorExchange.Instance.TakeBack(ticket);
        }

        using PipeListener listener = PipeListener.Bind(new PipeListenerOptions { Key = [1] });
        ValueTask<PipeConnection> accept = listener.AcceptAsync();
        using PipeConnection client = PipeClient.Connect(listener.Path, [1]);
        accept.AsTask().GetAwaiter().GetResult().Dispose();
        Waker[] wakers = [.. Enumerable.Range(0, Waker.Kept).Select(static _ => Waker.Rent())];
        Array.ForEach(wakers, static waker => waker.Return());
        return true;
    }
}
