using Plait.Codecs;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>Children by inheritance: the fields travel, changes do not come back.</summary>
public sealed class ChildProcessSubclassTests : ProcessTest
{
    [Fact]
    public void Start_OfASubclass_RunsTheOverriddenMethodWithItsFields()
    {
        using var child = new Upper("some words", times: 2);
        child.Start();

        Assert.Equal("SOME WORDS SOME WORDS", child.Result);
    }

    [Fact]
    public void Start_OfASubclassWithoutValue_RunsIt()
    {
        using var child = new Printer("said", new ChildProcessOptions { Name = "printer", StandardOutput = ChildOutput.Pipe });
        child.Start();
        using var reader = new StreamReader(child.StandardOutput!);

        Assert.Equal("printer says said", reader.ReadLine());
        child.Join();
        Assert.Equal(ChildOutcomeKind.Returned, child.Outcome!.Kind);
    }

    [Fact]
    public void Start_OfADeepSubclass_BringsTheFieldsOfItsBaseClasses()
    {
        using var child = new Third(1, 2, 3);
        child.Start();

        Assert.Equal("1 2 3", child.Result);
    }

    [Fact]
    public void Result_OfASubclassThatChangesItsFields_LeavesOursAsTheyWere()
    {
        using var child = new Changing { Items = { 1 } };
        child.Start();

        Assert.Equal(2, child.Result);
        Assert.Equal([1], child.Items);
        Assert.Null(child.Note);
    }

    [Fact]
    public void Start_OfASubclassWithoutRun_ThrowsInTheChild()
    {
        using var child = new Empty(new ChildProcessOptions { StandardError = ChildOutput.Null });
        child.Start();
        child.Join();

        Assert.Equal(ChildOutcomeKind.Threw, child.Outcome!.Kind);
        Assert.Contains(nameof(Empty), Assert.IsType<InvalidOperationException>(child.Outcome.Exception).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfASubclassWithAFieldThatCannotTravel_NamesTheField()
    {
        using var stream = new MemoryStream();
        using var child = new WithStream(stream);

        CannotTravelException refused = Assert.Throws<CannotTravelException>(child.Start);

        Assert.Contains("_stream", refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(WithStream), refused.Message, StringComparison.Ordinal);
        Assert.False(child.IsAlive);
    }

    private sealed class Upper(string text, int times) : ChildProcess<string>
    {
        private readonly string _text = text;
        private readonly int _times = times;

        protected override string Run() => string.Join(' ', Enumerable.Repeat(_text.ToUpperInvariant(), _times));
    }

    private sealed class Printer(string text, ChildProcessOptions options) : ChildProcess(options)
    {
        private readonly string _text = text;

        protected override void Run() => InChild.Say($"{Current.Name} says {_text}");
    }

    private abstract class First(int value) : ChildProcess<string>
    {
        private readonly int _value = value;

        protected int FirstValue => _value;
    }

    private abstract class Second(int first, int value) : First(first)
    {
        private readonly int _value = value;

        protected int SecondValue => _value;
    }

    private sealed class Third(int first, int second, int value) : Second(first, second)
    {
        private readonly int _value = value;

        protected override string Run() => $"{FirstValue} {SecondValue} {_value}";
    }

    private sealed class Changing : ChildProcess<int>
    {
        public List<int> Items { get; } = [];

        public string? Note { get; private set; }

        protected override int Run()
        {
            Note = "changed";
            Items.Add(2);
            return Items.Count;
        }
    }

    private sealed class Empty(ChildProcessOptions options) : ChildProcess(options);

    private sealed class WithStream(Stream stream) : ChildProcess<long>
    {
        private readonly Stream _stream = stream;

        protected override long Run() => _stream.Length;
    }
}
