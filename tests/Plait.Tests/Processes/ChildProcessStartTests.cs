using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Every form of function that can be given to a child.</summary>
public sealed class ChildProcessStartTests : ProcessTest
{
    [Fact]
    public void Start_OfAStaticMethod_RunsItInAnotherProcess()
    {
        using var child = ChildProcess.Start(OwnPid);

        Assert.NotEqual(Environment.ProcessId, child.Result);
        Assert.Equal(child.Pid, child.Result);
    }

    [Fact]
    public void Start_OfAnInstanceMethod_BringsTheObject()
    {
        var counter = new Counter { Step = 3 };
        using var child = ChildProcess.Start(counter.Add, 4);

        Assert.Equal(7, child.Result);
        Assert.Equal(0, counter.Total);
    }

    [Fact]
    public void Start_OfAGenericMethod_BringsItsTypes()
    {
        using var ofText = ChildProcess.Start(NameOf<string>);
        using var ofList = ChildProcess.Start(NameOf<List<Counter>>);

        Assert.Equal(typeof(string).ToString(), ofText.Result);
        Assert.Equal(typeof(List<Counter>).ToString(), ofList.Result);
    }

    [Fact]
    public void Start_OfALambdaWithCaptures_BringsThemAsCopies()
    {
        int number = 20;
        var words = new List<string> { "a", "b" };
        using var child = ChildProcess.Start(() =>
        {
            words.Add("c");
            number++;
            return number + words.Count;
        });

        Assert.Equal(24, child.Result);
        Assert.Equal(20, number);
        Assert.Equal(["a", "b"], words);
    }

    [Fact]
    public void Start_OfALocalFunction_RunsIt()
    {
        int captured = 5;
        using var plain = ChildProcess.Start(Plain);
        using var capturing = ChildProcess.Start(Capturing);

        Assert.Equal("local", plain.Result);
        Assert.Equal(25, capturing.Result);

        static string Plain() => "local";
        int Capturing() => captured * captured;
    }

    [Fact]
    public async Task Start_OfAnAsyncFunction_AwaitsIt()
    {
        using var child = ChildProcess.Start(WriteLaterAsync, new ChildProcessOptions { StandardOutput = ChildOutput.Pipe });
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal("later", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        await child;
        Assert.Equal(ChildOutcomeKind.Returned, child.Outcome!.Kind);
    }

    [Fact]
    public async Task Start_OfAnAsyncFunctionWithAValue_BringsTheValue()
    {
        using var child = ChildProcess.Start(SumLaterAsync, 1, 2);

        Assert.Equal(3, await child);
        Assert.Equal(3, await child.GetResultAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, child.Result);
    }

    [Fact]
    public async Task Start_OfActionsWithUpToFourArguments_BringsAllOfThem()
    {
        var options = new ChildProcessOptions { StandardOutput = ChildOutput.Pipe };
        ChildProcess[] children =
        [
            ChildProcess.Start(static () => InChild.Say("none"), options),
            ChildProcess.Start(static (int a) => InChild.Say($"{a}"), 1, options),
            ChildProcess.Start(static (int a, string b) => InChild.Say($"{a}{b}"), 1, "b", options),
            ChildProcess.Start(static (int a, string b, double c) => InChild.Say($"{a}{b}{c}"), 1, "b", 1.5, options),
            ChildProcess.Start(static (int a, string b, double c, bool d) => InChild.Say($"{a}{b}{c}{d}"), 1, "b", 1.5, true, options),
        ];

        var said = new List<string>();
        foreach (ChildProcess child in children)
        {
            using (child)
            {
                using var reader = new StreamReader(child.StandardOutput!);
                said.Add((await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd());
                await child;
            }
        }

        Assert.Equal(["none", "1", "1b", "1b1.5", "1b1.5True"], said);
    }

    [Fact]
    public async Task Start_OfFunctionsWithUpToFourArguments_BringsValueAndArguments()
    {
        using var none = ChildProcess.Start(static () => 10);
        using var one = ChildProcess.Start(static (int a) => a, 1);
        using var two = ChildProcess.Start(static (int a, int b) => a + b, 1, 2);
        using var three = ChildProcess.Start(static (int a, int b, int c) => a + b + c, 1, 2, 3);
        using var four = ChildProcess.Start(static (int a, int b, int c, int d) => a + b + c + d, 1, 2, 3, 4);

        int[] values = [await none, await one, await two, await three, await four];

        Assert.Equal([10, 1, 3, 6, 10], values);
    }

    [Fact]
    public async Task Start_OfAsyncFunctionsWithUpToFourArguments_BringsValueAndArguments()
    {
        using var none = ChildProcess.Start(static async () => await Task.FromResult(10));
        using var one = ChildProcess.Start(static async (int a) => await Task.FromResult(a), 1);
        using var two = ChildProcess.Start(static async (int a, int b) => await Task.FromResult(a + b), 1, 2);
        using var three = ChildProcess.Start(static async (int a, int b, int c) => await Task.FromResult(a + b + c), 1, 2, 3);
        using var four = ChildProcess.Start(static async (int a, int b, int c, int d) => await Task.FromResult(a + b + c + d), 1, 2, 3, 4);

        int[] values = [await none, await one, await two, await three, await four];

        Assert.Equal([10, 1, 3, 6, 10], values);
    }

    [Fact]
    public void Start_OfTheSameFunctionTwice_GivesEachChildItsOwnStatics()
    {
        using var first = ChildProcess.Start(CountUp);
        using var second = ChildProcess.Start(CountUp);

        Assert.Equal([1, 1], [first.Result, second.Result]);
        Assert.Equal(0, s_count);
    }

    [Fact]
    public void Start_AfterChangingTheArgument_SendsWhatItWasAtTheStart()
    {
        var list = new List<int> { 1 };
        using var child = ChildProcess.Start(static (List<int> items) => items.Count, list);
        list.Add(2);

        Assert.Equal(1, child.Result);
    }

    [Fact]
    public void Start_OfNull_IsRefused() =>
        Assert.Throws<ArgumentNullException>(static () => ChildProcess.Start((Action)null!));

    [Fact]
    public void Result_OfNull_IsNull()
    {
        using var child = ChildProcess.Start(static () => (string?)null);

        Assert.Null(child.Result);
    }

    [Fact]
    public void Result_AskedTwice_IsTheSameObject()
    {
        using var child = ChildProcess.Start(static () => new List<int> { 1, 2, 3 });

        Assert.Same(child.Result, child.Result);
    }

    private static int s_count;

    private static int OwnPid() => Environment.ProcessId;

    private static int CountUp() => ++s_count;

    private static string NameOf<T>() => typeof(T).ToString();

    private static async Task WriteLaterAsync()
    {
        await Task.Yield();
        InChild.Say("later");
    }

    private static async Task<int> SumLaterAsync(int a, int b)
    {
        await Task.Yield();
        return a + b;
    }

    private sealed class Counter
    {
        public int Step { get; set; }

        public int Total { get; set; }

        public int Add(int amount)
        {
            Total += Step + amount;
            return Total;
        }
    }
}
