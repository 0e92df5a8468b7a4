using Plait.Execution;
using Xunit;

namespace Plait.Tests.Execution;

// Tasks that follow others.
public abstract partial class ExecutorContract
{
    [Fact]
    public async Task Then_AfterASuccess_RunsWithTheValue()
    {
        await using IExecutor executor = Create();

        Future<string> last = executor.Submit(Work.Add, 1, 2).Then(executor, static sum => sum * 10).Then(executor, static async ten => await Work.AddAsync(ten, 1)).Then(executor, static sum => $"{sum}");

        Assert.Equal("31", await last.InTime());
        Assert.Equal(5, await executor.Submit(static () => { }).Then(executor, static () => 5).InTime());
    }

    [Fact]
    public async Task Then_AfterAFailure_EndsWithItAndRunsNothing()
    {
        await using IExecutor executor = Create();
        string note = NewPath();

        Future<int> next = executor.Submit(Work.Fail, "the first").Then(executor, number => Noted(note, number));

        Assert.Equal("the first", (await next.FailsWith<InvalidDataException>()).Message);
        await executor.Submit(Work.Add, 1, 2).InTime();
        Assert.Empty(Lines(note));
    }

    [Fact]
    public async Task Then_AfterACancellation_IsCancelled()
    {
        await using IExecutor executor = Create();

        Future<int> next = executor.Submit(Work.Add, 1, 2, cancellationToken: new CancellationToken(canceled: true)).Then(executor, static sum => sum + 1);

        await next.IsCancelled();
    }

    [Fact]
    public async Task Then_InAnExecutorThatIsClosed_FailsWithTheRefusal()
    {
        await using IExecutor executor = Create();
        IExecutor closed = Create();
        await closed.DisposeAsync();

        if (closed is not InlineExecutor)
        {
            Future<int> next = executor.Submit(Work.Add, 1, 2).Then(closed, static sum => sum + 1);
            await next.FailsWith<ExecutorClosedException>();
        }
    }

    [Fact]
    public async Task Then_WithAFunctionThatThrows_Fails()
    {
        await using IExecutor executor = Create();

        Future<int> next = executor.Submit(static () => "the second").Then(executor, static text => Work.Fail(text));

        Assert.Equal("the second", (await next.FailsWith<InvalidDataException>()).Message);
    }

    private static int Noted(string note, int number)
    {
        Work.Note(note, "ran");
        return number;
    }
}
