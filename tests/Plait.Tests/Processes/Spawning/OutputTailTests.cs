using System.Text;
using Plait.Processes.Spawning;
using Xunit;

namespace Plait.Tests.Processes.Spawning;

/// <summary>The end of a stream, and the runtime's last words in it.</summary>
public sealed class OutputTailTests
{
    [Theory]
    [InlineData("", "None")]
    [InlineData("all is well\n", "None")]
    [InlineData("Stack overflow.\nRepeated 11 times:\n", "StackOverflow")]
    [InlineData("Stack overflow.\n   at Program.Main()\n", "StackOverflow")]
    [InlineData("Stack overflow.\nand so on\n", "None")]
    [InlineData("Stack overflow.\n", "None")]
    [InlineData("I had a Stack overflow.\n   at Program.Main()\n", "None")]
    [InlineData("Process terminated.\nthe well is dry\n", "FailFast")]
    [InlineData("Process terminated.\nStack overflow.\n   at Program.Main()\n", "FailFast")]
    [InlineData("Process terminated. really\n", "None")]
    [InlineData("Unhandled exception. System.FormatException: no\n", "UnhandledException")]
    [InlineData("Unhandled exception. System.OutOfMemoryException: full\n", "OutOfMemory")]
    [InlineData("Out of memory.\n", "OutOfMemory")]
    [InlineData("Fatal error.\nInternal CLR error.\n", "FatalError")]
    [InlineData("Fatal error.", "FatalError")]
    [InlineData("Unhandled exception. X\nProcess terminated.\nno\n", "FailFast")]
    [InlineData("Process terminated.\r\n", "None")]
    public void Finish_OfAText_FindsTheLastWords(string text, string expected) =>
        Assert.Equal(Enum.Parse<LastWords>(expected), Fill(text).Finish());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Finish_OfATextInPieces_IsTheSame(int piece)
    {
        byte[] bytes = Encoding.UTF8.GetBytes("before\nStack overflow.\nRepeated 9 times:\nafter\n");
        var tail = new OutputTail();
        foreach (byte[] part in bytes.Chunk(piece))
        {
            tail.Append(part);
        }

        Assert.Equal(LastWords.StackOverflow, tail.Finish());
        Assert.Equal(Encoding.UTF8.GetString(bytes), tail.ToString());
    }

    [Fact]
    public void Finish_OfAMarkThatMegabytesFollow_StillKnowsIt()
    {
        OutputTail tail = Fill("Stack overflow.\n" + string.Concat(Enumerable.Repeat("   at Program.Recurse(Int32)\n", 100_000)));

        Assert.Equal(LastWords.StackOverflow, tail.Finish());
        Assert.DoesNotContain("Stack overflow", tail.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(OutputTail.Capacity)]
    public void ToString_OfAShortText_IsAllOfIt(int length) =>
        Assert.Equal(new string('x', length), Fill(new string('x', length)).ToString());

    [Fact]
    public void ToString_OfALongText_BeginsWithAWholeLine()
    {
        string text = string.Concat(Enumerable.Range(1, 5000).Select(static i => $"line {i}\n"));

        string tail = Fill(text).ToString();

        Assert.EndsWith(tail, text, StringComparison.Ordinal);
        Assert.StartsWith("line ", tail, StringComparison.Ordinal);
        Assert.InRange(tail.Length, OutputTail.Capacity - 16, OutputTail.Capacity);
    }

    [Fact]
    public void ToString_OfALongLine_KeepsItsEnd()
    {
        string tail = Fill(new string('a', 20_000) + "end").ToString();

        Assert.EndsWith("end", tail, StringComparison.Ordinal);
        Assert.Equal(OutputTail.Capacity, tail.Length);
    }

    private static OutputTail Fill(string text)
    {
        var tail = new OutputTail();
        tail.Append(Encoding.UTF8.GetBytes(text));
        return tail;
    }
}
