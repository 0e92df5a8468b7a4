namespace Plait.Processes.Managers;

/// <summary>While a call is under way: a token among its arguments that is cancelled here cancels the one that the server's method has.</summary>
internal sealed class CancelRequest : IDisposable
{
    private readonly ManagerClient _client;
    private readonly long _number;
    private readonly IReadOnlyList<CancellationToken> _tokens;
    private readonly CancellationTokenRegistration[] _registrations;

    private CancelRequest(ManagerClient client, long number, IReadOnlyList<CancellationToken> tokens)
    {
        _client = client;
        _number = number;
        _tokens = tokens;
        _registrations = new CancellationTokenRegistration[tokens.Count];
    }

    /// <summary>The token that was cancelled; null when none was.</summary>
    public CancellationToken? Cancelled
    {
        get
        {
            foreach (CancellationToken token in _tokens)
            {
                if (token.IsCancellationRequested)
                {
                    return token;
                }
            }

            return null;
        }
    }

    /// <summary>Null for a call without tokens. Watches from <see cref="Watch"/> on.</summary>
    public static CancelRequest? For(ManagerClient client, ManagedCall call) =>
        call.Body.Tokens is { } tokens ? new CancelRequest(client, call.Number, tokens) : null;

    /// <summary>To be called once the call is sent, so that the cancellation cannot overtake it by much.</summary>
    public void Watch()
    {
        for (int i = 0; i < _registrations.Length; i++)
        {
            _registrations[i] = _tokens[i].UnsafeRegister(static request => ((CancelRequest)request!).Send(), this);
        }
    }

    public void Dispose()
    {
        foreach (CancellationTokenRegistration registration in _registrations)
        {
            _ = registration.Unregister();
        }
    }

    private void Send() => _client.Cancel(_number);
}
