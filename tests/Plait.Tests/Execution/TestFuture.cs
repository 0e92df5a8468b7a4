using Plait.Execution;

namespace Plait.Tests.Execution;

/// <summary>A future that the test itself brings to its end, as an executor would.</summary>
internal sealed class TestFuture<T>(string name = "task") : Future<T>
{
    private bool _isRunning;

    private protected override string? GivenName => name;

    private protected override bool IsRunning => Volatile.Read(ref _isRunning);

    public void Begin() => Volatile.Write(ref _isRunning, true);

    public bool Succeed(T value) => TrySucceed(value);

    public bool Fail(Exception error) => TryFail(error);

    internal override bool Cancel(CancellationToken token) => TryCancel(token);
}
