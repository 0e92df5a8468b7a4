using System.Threading.Channels;
using Plait.Execution;
using Plait.Interop;
using Plait.Codecs;
using Plait.Telemetry;

namespace Plait.Processes.Pooling;

/// <summary>
/// A call that yields values while it goes on. They wait here, as bytes, until the consumer takes them; for every batch taken
/// the worker is allowed as many more, so never more than <see cref="Window"/> wait.
/// </summary>
internal sealed class StreamCall(WorkerPool pool, WorkRequest work, Type itemType) : PooledCall(pool, work.Function, name: null, work.Options)
{
    /// <summary>Values that the function may be ahead of its consumer.</summary>
    public const int Window = 64;

    /// <summary>Values taken before the worker is told.</summary>
    private const int Batch = Window / 4;

    private readonly Channel<byte[]> _items = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PooledWorker? _source;

    // Guarded by the pool's gate.
    private uint _granted;
    private int _taken;
    private bool _hasYielded;

    // A worker that runs one call at a time has one word of credit.
    public override bool IsExclusive => !Pool.IsShared || base.IsExclusive;

    public override CallKind Kind => CallKind.Stream;

    public override bool IsPlain => true;

    /// <summary>Between two values it can always be asked, so that its function ends in its own way.</summary>
    public override bool HasToken => true;

    /// <summary>Completes when the function no longer runs. Never fails.</summary>
    public Task Ended => _ended.Task;

    // Under the pool's gate, before the worker can see the call.
    public override void OnSending(PooledWorker worker)
    {
        if (_source != worker)
        {
            _source?.DropUse();
            worker.AddUse();
            _source = worker;
        }

        _granted = Window;
        Volatile.Write(ref worker.Channel.WordsOf(Number).Credit, Window);
    }

    public override void OnItems(ReadOnlySpan<byte> body, Channels.Channel channel)
    {
        Volatile.Write(ref _hasYielded, true);
        _items.Writer.TryWrite(body.ToArray());
    }

    // A second attempt would yield again what the consumer may have taken.
    public override bool ShouldRetry(Exception error) => !Volatile.Read(ref _hasYielded) && base.ShouldRetry(error);

    public override void OnReturned(ref PayloadReader reader)
    {
        Trace?.End(TaskOutcome.Succeeded, null);
        End(null);
    }

    public override void OnFailed(Exception error) => End(error);

    public override void OnCancelled(CancellationToken token) => End(new OperationCanceledException($"Stream '{Name}' was cancelled.", token));

    /// <summary>Waits for the next value; false after the last. Throws what the function threw.</summary>
    public async ValueTask<(bool HasValue, object? Value)> TakeAsync()
    {
        while (await _items.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            if (_items.Reader.TryRead(out byte[]? body))
            {
                object? value = Read(body);
                if (++_taken % Batch == 0)
                {
                    Grant();
                }

                return (true, value);
            }
        }

        await _items.Reader.Completion.ConfigureAwait(false);
        return (false, null);
    }

    /// <summary>The consumer is done with the values: their memory may go.</summary>
    public void DropSource() => Interlocked.Exchange(ref _source, null)?.DropUse();

    private object? Read(byte[] body)
    {
        var reader = new PayloadReader(body, _source!.Channel.Store);
        return Pool.Results.Read(ref reader, itemType);
    }

    // Not once the call's end has arrived: its words may be those of another stream by then, which would be allowed too much or too little.
    private void Grant() => Pool.ChangeWords(this, static (call, worker) => ((StreamCall)call).RaiseCredit(worker));

    private unsafe void RaiseCredit(PooledWorker worker)
    {
        ref Memory.CallWords words = ref worker.Channel.WordsOf(Number);
        _granted += Batch;
        Volatile.Write(ref words.Credit, _granted);

        // Full fence between raising the word and looking for a sleeper: pairs with the one in StreamBody.WaitForCredit.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref words.CreditWaiting) != 0)
        {
            fixed (uint* credit = &words.Credit)
            {
                Futex.Wake(credit, 1);
            }
        }
    }

    private void End(Exception? error)
    {
        _items.Writer.TryComplete(error);
        _ended.TrySetResult();
    }
}
