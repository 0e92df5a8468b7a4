using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class HotPathTests
{
    private const int Calls = 10_000;

    private static int Add(int value) => value + 1;

    [Fact]
    public void Write_SmallCallOfAKnownFunction_AllocatesNothing()
    {
        using var writer = new PayloadWriter();
        var table = new FunctionTable();
        Func<int, int> function = Add;
        object?[] arguments = [1];
        long allocated = Measure(() =>
        {
            writer.Clear();
            FunctionReference.WriteCall(writer, function, arguments, RoundTrip.ToChild, table);
            table.Commit();
        });
        Assert.InRange(allocated, 0, 8 * Calls);
    }

    [Fact]
    public void Read_SmallCall_AllocatesOnlyTheCall()
    {
        using var writer = new PayloadWriter();
        FunctionReference.WriteCall(writer, (Func<int, int>)Add, [1], RoundTrip.ToChild);
        byte[] bytes = writer.WrittenSpan.ToArray();
        long allocated = Measure(() =>
        {
            var reader = new PayloadReader(bytes);
            BoundFunction function = FunctionReference.Read(ref reader, RoundTrip.ToChild);
            function.ReadArguments(ref reader, RoundTrip.ToChild);
        });

        // The bound function, the array of arguments and the boxed argument.
        Assert.InRange(allocated, 0, 160 * Calls);
    }

    [Fact]
    public void Result_Int_AllocatesOnlyTheBox()
    {
        using var writer = new PayloadWriter();
        object boxed = 5;
        long allocated = Measure(() =>
        {
            writer.Clear();
            RoundTrip.FromChild.Write(writer, boxed, typeof(int), "the result");
            var reader = new PayloadReader(writer.WrittenSpan);
            RoundTrip.FromChild.Read(ref reader, typeof(int));
        });
        Assert.InRange(allocated, 0, 40 * Calls);
    }

    private static long Measure(Action action)
    {
        for (int i = 0; i < 100; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
