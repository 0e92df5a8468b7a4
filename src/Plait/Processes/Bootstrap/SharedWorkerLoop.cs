using System.Buffers;
using Plait.Interop;
using Plait.Memory;
using Plait.Processes.Channels;
using Plait.Codecs;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// Takes calls from the channel and runs several at once. Leader and followers (Schmidt et al., "Leader/Followers", 2000): one thread at a
/// time receives; with a call in its hands it lets the next one receive and runs the call itself, so no call changes threads. Threads are
/// made when a call finds none that is free; the parent sends no more calls than there may be threads, and is told when the system refuses one: what it
/// has sent and nobody here can receive, it takes back. Model: docs/models/lanes.pml.
/// </summary>
internal sealed class SharedWorkerLoop : IWorkerLoop
{
    private readonly Channel _channel;
    private readonly Hello _hello;
    private readonly GuardedFunctionTable _functions = new();
    private readonly ReportGate _reports;
    private readonly CallRunner _first;

    // Whose it is may receive. At the end it goes from one thread to the next, and each ends.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TaskCompletionSource _idle = new();

    // The threads there are, and those of them that wait for the turn or have it.
    private int _threads = 1;
    private int _free = 1;

    // Calls that run, and one for the channel until it is over.
    private int _running = 1;

    // Written by who has the turn.
    private bool _isOver;
    private bool _isShort;
    private volatile bool _hasReturned = true;

    public SharedWorkerLoop(Channel channel, Hello hello)
    {
        _channel = channel;
        _hello = hello with { Leftovers = LeftoverPolicy.Keep };
        _reports = ReportGate.Open(channel, hello);
        _first = NewRunner();
    }

    /// <summary>Seam for tests of refusals: how a thread is asked of the runtime.</summary>
    internal static Action<Thread> StartThread { get; set; } = static thread => thread.UnsafeStart();

    private static CallTokens Tokens => WorkerBootstrap.Current.Tokens;

    public void WarmUp() => _first.WarmUp();

    public bool Run()
    {
        Work(_first);
        _idle.Task.Wait();
        return _hasReturned;
    }

    private CallRunner NewRunner() => new(_channel, _hello, _functions, _channel.NewStore(), _reports);

    private void Work(CallRunner runner)
    {
        while (true)
        {
            _turn.Wait();
            IMemoryOwner<byte>? stored = null;
            if (_isOver || !TryReceive(out ulong claim, out stored, out byte[] body))
            {
                _isOver = true;
                _turn.Release();
                if (runner == _first)
                {
                    EndOne();
                }

                return;
            }

            Interlocked.Increment(ref _running);
            if (Interlocked.Decrement(ref _free) == 0 && _threads < _hello.TasksAtOnce)
            {
                StartAnother();
            }

            _turn.Release();
            using (stored)
            {
                _hasReturned = runner.Run(claim, stored is null ? body : stored.Memory.Span);
            }

            // The parent's next call may have come before this, and have made a thread that was not needed; there are never more than may be.
            Interlocked.Increment(ref _free);
            EndOne();
        }
    }

    private void EndOne()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _idle.SetResult();
        }
    }

    // By who has the turn. What its call has in its context is not the next one's. Where there is no thread to be had, who asks runs its call as always, and
    // nobody receives until a thread is free again.
    private void StartAnother()
    {
        var thread = new Thread(() => Work(NewRunner())) { IsBackground = true, Name = $"{_hello.Name}.{_threads + 1}" };
        _threads++;
        Interlocked.Increment(ref _free);
        bool isRefused = false;
        try
        {
            StartThread(thread);
        }
        catch (Exception refused) when (refused is OutOfMemoryException or ThreadStartException)
        {
            isRefused = true;
            _threads--;
            Interlocked.Decrement(ref _free);
        }

        if (isRefused != _isShort)
        {
            _isShort = isRefused;
            _ = _channel.Send(MessageKind.Threads, isRefused ? _threads : _hello.TasksAtOnce, []);
        }
    }

    /// <summary>The next call that was not taken back. False when the parent sends no more.</summary>
    private bool TryReceive(out ulong claim, out IMemoryOwner<byte>? stored, out byte[] body)
    {
        (claim, stored, body) = (0, null, []);
        while (_channel.Receive(MonotonicClock.Never))
        {
            FrameHeader header = _channel.Messages.Header;
            claim = (ulong)header.Call;
            switch ((MessageKind)header.Kind)
            {
                case MessageKind.Call:
                    if (CallRunner.TryClaim(_channel, Tokens, claim))
                    {
                        body = _channel.Messages.Body.ToArray();
                        return true;
                    }

                    break;
                case MessageKind.StoredCall:
                    stored = CallRunner.BorrowStored(_channel.Store, _channel.Messages.Body);
                    if (CallRunner.TryClaim(_channel, Tokens, claim))
                    {
                        return true;
                    }

                    stored.Dispose();
                    stored = null;
                    break;
                case MessageKind.Define:
                    _functions.Define(_channel.Messages.Body);
                    break;
                default:
                    return false;
            }
        }

        return false;
    }
}
