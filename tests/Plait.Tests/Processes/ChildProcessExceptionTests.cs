using System.Diagnostics.CodeAnalysis;
using Plait.Codecs;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>What a function throws in the child is thrown here, as itself where it can be rebuilt.</summary>
public sealed class ChildProcessExceptionTests : ProcessTest
{
    private static readonly ChildProcessOptions s_quiet = new() { StandardError = ChildOutput.Null };

    [Fact]
    public void Result_OfAFunctionThatThrewArgumentOutOfRange_BringsItsDetails()
    {
        using var child = ChildProcess.Start(static int (int count) => throw new ArgumentOutOfRangeException(nameof(count), count, "too many"), 12);

        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(() => child.Result);

        Assert.Equal("count", thrown.ParamName);
        Assert.Equal("12", thrown.ActualValue?.ToString());
        Assert.StartsWith("too many", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(ChildOutcomeKind.Threw, child.Outcome!.Kind);
        Assert.Equal(1, child.Outcome.ExitCode);
        Assert.Same(thrown, child.Outcome.Exception);
    }

    [Fact]
    public void Result_OfAFunctionThatReadAMissingFile_BringsTheFileName()
    {
        using var child = ChildProcess.Start(static () => File.ReadAllText("/no/such/folder/file"));
        using var missing = ChildProcess.Start(static string () => throw new FileNotFoundException("gone", "letter.txt"));

        Assert.Throws<DirectoryNotFoundException>(() => child.Result);
        Assert.Equal("letter.txt", Assert.Throws<FileNotFoundException>(() => missing.Result).FileName);
    }

    [Fact]
    public async Task Await_OfAChildWithoutValueThatThrew_ThrowsTheSame()
    {
        using var child = ChildProcess.Start(static () => throw new TimeoutException("too slow"), s_quiet);

        Assert.Equal("too slow", (await Assert.ThrowsAsync<TimeoutException>(async () => await child)).Message);
    }

    [Fact]
    public async Task Await_OfAnAsyncFunctionThatThrew_ThrowsTheSame()
    {
        using var child = ChildProcess.Start(ThrowLaterAsync);

        Assert.Equal("Arg_KeyNotFound", (await Assert.ThrowsAsync<KeyNotFoundException>(async () => await child)).Message);
    }

    [Fact]
    public void Result_OfAUsersExceptionWithAMessage_IsOfItsType()
    {
        using var child = ChildProcess.Start(static int () => throw new OrderException("no such order") { Number = 42, Data = { ["shop"] = "north" } });

        OrderException thrown = Assert.Throws<OrderException>(() => child.Result);

        Assert.Equal("no such order", thrown.Message);
        Assert.Equal(42, thrown.Number);
        Assert.Equal("north", thrown.Data["shop"]);
    }

    [Fact]
    public void Result_OfAnExceptionThatCannotBeRebuilt_IsARemoteException()
    {
        using var child = ChildProcess.Start(ThrowStubborn);

        RemoteException thrown = Assert.Throws<RemoteException>(() => child.Result);

        Assert.Equal(typeof(StubbornException).FullName, thrown.RemoteTypeName);
        Assert.Contains("stubborn", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ThrowStubborn), thrown.RemoteStackTrace!, StringComparison.Ordinal);
        Assert.Contains(nameof(ThrowStubborn), thrown.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(StubbornException), thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Result_OfAnExceptionThrownDeepInTheChild_ShowsTheChildsMethods()
    {
        using var child = ChildProcess.Start(Outer);

        string text = Assert.Throws<InvalidOperationException>(() => child.Result).ToString();

        Assert.Contains(nameof(Inner), text, StringComparison.Ordinal);
        Assert.Contains(nameof(Outer), text, StringComparison.Ordinal);

        // And where it came out here.
        Assert.Contains(nameof(Result_OfAnExceptionThrownDeepInTheChild_ShowsTheChildsMethods), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Result_OfAnAggregateException_BringsAllOfIt()
    {
        using var child = ChildProcess.Start(static int () => throw new AggregateException("several", new FormatException("one"), new OrderException("two")));

        AggregateException thrown = Assert.Throws<AggregateException>(() => child.Result);

        Assert.Equal(2, thrown.InnerExceptions.Count);
        Assert.Equal("one", Assert.IsType<FormatException>(thrown.InnerExceptions[0]).Message);
        Assert.Equal("two", Assert.IsType<OrderException>(thrown.InnerExceptions[1]).Message);
    }

    [Fact]
    public void Result_OfAnExceptionWithAChainOfCauses_BringsTheChain()
    {
        using var child = ChildProcess.Start(
            static int () => throw new InvalidOperationException("top", new OrderException("middle", new StubbornException(1, 2))));

        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => child.Result);
        OrderException middle = Assert.IsType<OrderException>(thrown.InnerException);

        Assert.Equal("middle", middle.Message);
        Assert.Equal(typeof(StubbornException).FullName, Assert.IsType<RemoteException>(middle.InnerException).RemoteTypeName);
    }

    [Fact]
    public void Result_OfAnExceptionWhoseTextThrows_StillArrives()
    {
        using var child = ChildProcess.Start(static int () => throw new SpitefulException());

        Exception thrown = Assert.ThrowsAny<Exception>(() => child.Result);

        Assert.Equal(ChildOutcomeKind.Threw, child.Outcome!.Kind);
        Assert.Contains(nameof(SpitefulException), thrown is RemoteException remote ? remote.RemoteTypeName : thrown.GetType().Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_OfAChildWithoutValueWhoseExceptionsTextThrows_IsThrew()
    {
        using var child = ChildProcess.Start(static () => throw new SpitefulException(), s_quiet);
        child.Join();

        Assert.Equal(ChildOutcomeKind.Threw, child.Outcome!.Kind);
    }

    [Fact]
    public void Result_AskedTwiceOfAChildThatThrew_ThrowsTheSame()
    {
        using var child = ChildProcess.Start(static int () => throw new OrderException("again"));

        Assert.Same(Assert.Throws<OrderException>(() => child.Result), Assert.Throws<OrderException>(() => child.Result));
    }

    [Fact]
    public void Result_ThatCannotTravel_ThrowsCannotTravelNamingIt()
    {
        using var child = ChildProcess.Start(static Stream () => new MemoryStream());

        CannotTravelException thrown = Assert.Throws<CannotTravelException>(() => child.Result);

        Assert.Contains(nameof(MemoryStream), thrown.Message, StringComparison.Ordinal);
        Assert.Equal(ChildOutcomeKind.Threw, child.Outcome!.Kind);
    }

    [Fact]
    public void ErrorTail_OfAChildWithoutValueThatThrew_HoldsTheException()
    {
        using var child = ChildProcess.Start(Relay, new ChildProcessOptions { StandardOutput = ChildOutput.Pipe, StandardError = ChildOutput.Null });
        using var reader = new StreamReader(child.StandardOutput!);

        string tail = reader.ReadToEnd();

        Assert.Contains("no order", tail, StringComparison.Ordinal);
        Assert.Contains(nameof(Inner), tail, StringComparison.Ordinal);
        child.Join();

        // The exception's text would go to the tests' own standard error: one generation down it does not.
        static void Relay()
        {
            using var failing = ChildProcess.Start(static () => { _ = Outer(); });
            failing.Join();
            InChild.Say(failing.Outcome!.ErrorTail);
        }
    }

    private static int Outer() => Inner("no order");

    private static int Inner(string message) => throw new InvalidOperationException(message);

    private static int ThrowStubborn() => throw new StubbornException(3, 4);

    private static async Task<int> ThrowLaterAsync()
    {
        await Task.Yield();
        throw new KeyNotFoundException("Arg_KeyNotFound");
    }

    private sealed class OrderException : Exception
    {
        public OrderException(string message)
            : base(message)
        {
        }

        public OrderException(string message, Exception inner)
            : base(message, inner)
        {
        }

        public int Number { get; init; }
    }

    private sealed class StubbornException(int a, int b) : Exception($"stubborn {a + b}");

    private sealed class SpitefulException : Exception
    {
        [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "That is the case to survive.")]
        public override string Message => throw new NotSupportedException("no message");

        [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "That is the case to survive.")]
        public override string ToString() => throw new NotSupportedException("no text");
    }
}
