using System.Reflection;

namespace Plait.Processes.Managers;

/// <summary>A call that was sent and that nobody's thread waits for.</summary>
internal sealed class PendingCall : IDisposable
{
    private readonly ManagerClient _client;
    private readonly TaskCompletionSource<byte[]> _frame = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancelRequest? _cancellation;
    private readonly ManagedContract? _contract;
    private readonly MethodInfo? _function;
    private readonly int _method;

    // Not to be released, nor collected, before the call is over.
    private readonly ManagedReference?[] _kept;

    public PendingCall(ManagerClient client, ManagedCall call, ManagedReference?[] kept)
    {
        _client = client;
        Number = call.Number;
        _contract = call.Contract;
        _function = call.Function;
        _method = call.Method;
        _kept = kept;
        _cancellation = CancelRequest.For(client, call);
    }

    public long Number { get; }

    public void Watch() => _cancellation?.Watch();

    public void Complete(byte[] frame) => _frame.TrySetResult(frame);

    public void Fail(Exception error) => _frame.TrySetException(error);

    public async Task<T> FinishAsync<T>(Type resultType, TimeSpan timeout)
    {
        try
        {
            byte[] frame;
            try
            {
                frame = await (timeout == Timeout.InfiniteTimeSpan ? _frame.Task : _frame.Task.WaitAsync(timeout, TimeProvider.System)).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _client.Abandon(this);
                if (!_frame.Task.IsCompletedSuccessfully)
                {
                    throw _client.TimedOut(_contract!.NameOf(_method), timeout);
                }

                // It came at the last moment: what it brings must be read or released.
                frame = await _frame.Task.ConfigureAwait(false);
            }

            ManagedCall reader = _client.Rent();
            try
            {
                reader.Reset(RequestKind.Call, Number, _contract);
                reader.Function = _function;
                return (T)reader.ReadReply(frame, resultType, _cancellation?.Cancelled)!;
            }
            finally
            {
                _client.Return(reader);
            }
        }
        finally
        {
            Dispose();
            GC.KeepAlive(_kept);
        }
    }

    public void Dispose() => _cancellation?.Dispose();
}
