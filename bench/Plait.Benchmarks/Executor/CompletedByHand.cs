using Plait.Execution;

namespace Plait.Benchmarks.Executor;

/// <summary>A future that ends when it is told to.</summary>
internal sealed class CompletedByHand : Future<int>
{
    private protected override string? GivenName => "by hand";

    public void Complete() => TrySucceed(1);

    internal override bool Cancel(CancellationToken token) => TryCancel(token);
}
