using System.Runtime.CompilerServices;
using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

/// <summary>What a map over single submissions keeps of an item that is over.</summary>
public sealed class MapSubmitRunnerTests
{
    [Fact]
    public async Task RunChunk_OfAnItemThatIsOver_HoldsNoValue()
    {
        using var executor = new SubmitOnlyExecutor();
        var chunk = new OneItem { Function = new(static (int number) => new List<int> { number }), Name = null, ItemTimeout = Timeout.InfiniteTimeSpan, Retries = RetryPolicy.None, Deaths = 0 };
        IChunkControl control = new MapSubmitRunner(executor).RunChunk(chunk);
        await chunk.Ended.Task.InTime();

        Waits.AreCollected(chunk.TakeValue());

        control.Cancel(new CancellationToken(canceled: true));
        GC.KeepAlive(control);
    }

    private sealed class OneItem : ChunkRequest<int, List<int>>
    {
        private readonly List<int>[] _values = new List<int>[1];

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override long FirstIndex => 0;

        public override int Count => 1;

        public override ArraySegment<int> Items => new([7]);

        [MethodImpl(MethodImplOptions.NoInlining)]
        public WeakReference TakeValue()
        {
            Assert.Equal([7], _values[0]);
            var value = new WeakReference(_values[0]);
            _values[0] = null!;
            return value;
        }

        public override Span<List<int>> Target(int first, int count) => _values.AsSpan(first, count);

        public override void OnValues(int first, int count, long nanoseconds)
        {
            // They are in their places.
        }

        public override void OnValues(int first, int count, long nanoseconds, IDeferredValues<List<int>> values) => throw new NotSupportedException();

        public override void OnItemFailed(int index, long nanoseconds, IDeferredError error) => throw new NotSupportedException();

        public override void OnEnded(ChunkEnd end) => Ended.SetResult();
    }
}
