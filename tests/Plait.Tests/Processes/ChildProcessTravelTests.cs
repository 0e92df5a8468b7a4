using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using Plait.Codecs;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>What cannot travel is refused at the start, in the caller's stack, by name; what is big travels whole.</summary>
public sealed class ChildProcessTravelTests : ProcessTest
{
    [Fact]
    public void Start_OfALambdaThatCapturesAStream_NamesTheVariable()
    {
        using var notes = new MemoryStream();

        CannotTravelException refused = Assert.Throws<CannotTravelException>(() => ChildProcess.Start(() => notes.Length));

        Assert.Contains("'notes'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(MemoryStream), refused.Message, StringComparison.Ordinal);
        Assert.Equal(typeof(MemoryStream).FullName, refused.TypeName);
        Assert.Contains("notes", refused.Path, StringComparison.Ordinal);
        Assert.Empty(ChildProcess.ActiveChildren());
    }

    [Fact]
    public void Start_WithAnArgumentThatCannotTravel_NamesTheArgument()
    {
        using var gate = new SemaphoreSlim(1);

        CannotTravelException refused = Assert.Throws<CannotTravelException>(() => ChildProcess.Start(static (SemaphoreSlim gate) => gate.CurrentCount, gate));

        Assert.Contains("'gate'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(SemaphoreSlim), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfSeveralFunctionsInOne_IsRefused()
    {
        Action both = InChild.SayReadyAndWait;
        both += InChild.WaitForever;

        Assert.Contains("combination of 2", Assert.Throws<CannotTravelException>(() => ChildProcess.Start(both)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfACompiledExpression_IsRefused()
    {
        Func<int> function = Expression.Lambda<Func<int>>(Expression.Constant(4)).Compile();

        Assert.Contains("run time", Assert.Throws<CannotTravelException>(() => ChildProcess.Start(function)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfADynamicMethod_IsRefused()
    {
        var method = new DynamicMethod("Made", typeof(int), Type.EmptyTypes);
        ILGenerator code = method.GetILGenerator();
        code.Emit(OpCodes.Ldc_I4_4);
        code.Emit(OpCodes.Ret);

        Assert.Contains("run time", Assert.Throws<CannotTravelException>(() => ChildProcess.Start(method.CreateDelegate<Func<int>>())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfAFunctionFromACollectibleContext_IsRefused()
    {
        var context = new AssemblyLoadContext("collectible", isCollectible: true);
        Func<int> function = FunctionOf(context.LoadFromAssemblyPath(typeof(ChildProcessTravelTests).Assembly.Location));

        Assert.Contains("collectible", Assert.Throws<CannotTravelException>(() => ChildProcess.Start(function)).Message, StringComparison.Ordinal);
        context.Unload();
    }

    [Fact]
    public void Start_OfAFunctionFromBytes_IsRefused()
    {
        Func<int> function = FunctionOf(Assembly.Load(File.ReadAllBytes(typeof(ChildProcessTravelTests).Assembly.Location)));

        Assert.Contains("bytes", Assert.Throws<CannotTravelException>(() => ChildProcess.Start(function)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithAHundredMegabytes_BringsThemThereAndBack()
    {
        byte[] block = new byte[100 << 20];
        block[0] = 1;
        block[^1] = 2;
        using var child = ChildProcess.Start(Increment, block);

        byte[] back = child.Result;

        Assert.Equal((block.Length, 2, 3), (back.Length, back[0], back[^1]));
        Assert.Equal(1, block[0]);
    }

    [Fact]
    public void Start_WithATextLargerThanTheRing_BringsItThereAndBack()
    {
        string text = string.Concat(Enumerable.Repeat("Gr\u00fc\u00dfe \ud83d\ude00 ", 300_000));
        using var child = ChildProcess.Start(static (string text) => text + "!", text);

        Assert.Equal(text + "!", child.Result);
    }

    [Fact]
    public void Start_WithAnObjectLargerThanTheRing_BringsItThereAndBack()
    {
        var order = new Order { Lines = [.. Enumerable.Range(0, 40_000).Select(static i => new Line($"item {i} of a long list of items that will not end", i))] };
        using var child = ChildProcess.Start(static (Order order) => new Order { Lines = [.. order.Lines.Select(static line => line with { Count = line.Count + 1 })] }, order);

        Order back = child.Result;

        Assert.Equal(order.Lines.Select(static line => line with { Count = line.Count + 1 }), back.Lines);
    }

    [Fact]
    public void Start_WithAViewOfMemory_IsReadInPlaceAndComesBackAsAView()
    {
        byte[] block = new byte[8 << 20];
        new Random(7).NextBytes(block);
        using var child = ChildProcess.Start(static (ReadOnlyMemory<byte> view) => view[(1 << 20)..], new ReadOnlyMemory<byte>(block));

        ReadOnlyMemory<byte> back = child.Result;

        Assert.True(back.Span.SequenceEqual(block.AsSpan(1 << 20)));
    }

    [Fact]
    public void Start_WithAnEmptyView_BringsItBack()
    {
        using var child = ChildProcess.Start(static (ReadOnlyMemory<byte> view) => view, ReadOnlyMemory<byte>.Empty);

        Assert.Equal(0, child.Result.Length);
    }

    [Fact]
    public void Result_AskedForAfterDispose_IsGone()
    {
        var child = ChildProcess.Start(static () => new byte[1 << 20]);
        child.Join();
        child.Dispose();

        Assert.Throws<ObjectDisposedException>(() => child.Result);
        Assert.Equal(ChildOutcomeKind.Returned, child.Outcome!.Kind);
    }

    [Fact]
    public void Result_TakenBeforeDispose_Stays()
    {
        byte[] result;
        using (var child = ChildProcess.Start(static () => new byte[1 << 20]))
        {
            result = child.Result;
        }

        Assert.Equal(1 << 20, result.Length);
        Assert.Equal(0, result[^1]);
    }

    private static byte[] Increment(byte[] block)
    {
        block[0]++;
        block[^1]++;
        return block;
    }

    private static Func<int> FunctionOf(Assembly assembly) =>
        assembly.GetType(typeof(PlainFunction).FullName!, throwOnError: true)!.GetMethod(nameof(PlainFunction.Four))!.CreateDelegate<Func<int>>();

    private sealed record Order
    {
        public required List<Line> Lines { get; init; }
    }

    private sealed record Line(string Item, int Count);
}

/// <summary>A function that needs nothing but the framework, to be loaded in every way there is.</summary>
internal static class PlainFunction
{
    public static int Four() => 4;
}
