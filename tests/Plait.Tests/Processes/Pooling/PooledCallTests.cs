using Plait.Execution;
using Plait.Codecs;
using Plait.Processes.Pooling;
using Xunit;

namespace Plait.Tests.Processes.Pooling;

public sealed class PooledCallTests
{
    [Fact]
    public void Watch_AfterRelease_KeepsNoTokenOfACallThatIsOver()
    {
        using var source = new CancellationTokenSource();
        var call = new OrphanCall(new TaskOptions { CancellationToken = source.Token });

        call.Release();
        call.Watch();

        Assert.Null(Record.Exception(source.Cancel));
    }

    [Fact]
    public void Watch_BeforeRelease_HearsOfItsToken()
    {
        using var source = new CancellationTokenSource();
        var call = new OrphanCall(new TaskOptions { CancellationToken = source.Token });

        call.Watch();

        // It turns to its pool, and there is none.
        Assert.IsType<AggregateException>(Record.Exception(source.Cancel));
        Assert.Equal(source.Token, call.CancelledToken());
    }

    private sealed class OrphanCall(TaskOptions options) : PooledCall(pool: null!, static () => { }, "orphan", options)
    {
        public override void OnReturned(ref PayloadReader reader) => Assert.Fail("it never ran");

        public override void OnFailed(Exception error) => Assert.Fail("it never ran");

        public override void OnCancelled(CancellationToken token) => Assert.Fail("it never ran");
    }
}
