using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class FunctionTests
{
    private readonly int _own = 7;

    private delegate int ByReference(ref int value);

    private static int Twice(int value) => value * 2;

    private static T Same<T>(T value) => value;

    private static async Task<int> LaterAsync(int value)
    {
        await Task.Yield();
        return value + 1;
    }

    [Fact]
    public void Invoke_StaticMethod_Runs() => Assert.Equal(42, RoundTrip.Function((Func<int, int>)Twice).Invoke([21]));

    [Fact]
    public void Invoke_GenericMethod_Runs()
    {
        Assert.Equal("a", RoundTrip.Function((Func<string, string>)Same).Invoke(["a"]));
        Assert.Equal(new Point(1, 2), RoundTrip.Function((Func<Point, Point>)Same).Invoke([new Point(1, 2)]));
    }

    [Fact]
    public void Invoke_MethodOfAGenericType_Runs()
    {
        Assert.Equal("Point System.String", RoundTrip.Function((Func<string>)Generic<Point>.Name<string>).Invoke([]));
        Assert.Equal(3, RoundTrip.Function(Generic<string>.Lambda()).Invoke(["abc"]));
        Assert.Equal("abcabc", RoundTrip.Function(Generic<string>.Closure("abc")).Invoke([]));
        Assert.Equal("x", RoundTrip.Function(Generic<int>.GenericClosure("x")).Invoke([]));
    }

    [Fact]
    public void Invoke_InstanceMethod_TakesTheObjectAlong()
    {
        Assert.Equal(15, RoundTrip.Function((Func<int, int>)new Dog("Rex").Calls).Invoke([3]));
        Assert.Equal(7, RoundTrip.Function(() => _own).Invoke([]));
        Assert.Equal("5", RoundTrip.Function((Func<string>)5.ToString).Invoke([]));
    }

    [Fact]
    public void Invoke_OpenInstanceAndClosedStatic_Run()
    {
        var open = typeof(Dog).GetMethod(nameof(Dog.Calls))!.CreateDelegate<Func<Dog, int, int>>();
        BoundFunction function = RoundTrip.Function(open);
        Assert.Equal([typeof(Dog), typeof(int)], function.ParameterTypes);
        Assert.Equal(5, function.Invoke([new Dog("x"), 1]));
        BoundFunction closed = RoundTrip.Function((Func<int, string>)"ab".Times);
        Assert.Equal([typeof(int)], closed.ParameterTypes);
        Assert.Equal("ababab", closed.Invoke([3]));
    }

    [Fact]
    public void Invoke_LambdaWithCaptures_TakesThemAlong()
    {
        int a = 3;
        string text = "x";
        var list = new List<int> { 1, 2 };
        for (int i = 0; i < 1; i++)
        {
            // Two closures, one holding the other.
            int inner = i + 10;
            Assert.Equal("x3 10 2", RoundTrip.Function(() => $"{text}{a} {inner} {list.Count}").Invoke([]));
        }
    }

    [Fact]
    public void Invoke_LocalFunctions_Run()
    {
        int captured = 4;
        Assert.Equal(9, RoundTrip.Function((Func<int, int>)Plus).Invoke([5]));
        Assert.Equal(25, RoundTrip.Function((Func<int, int>)Square).Invoke([5]));

        int Plus(int x) => x + captured;
        static int Square(int x) => x * x;
    }

    [Fact]
    public void Invoke_RecursiveLambda_Runs()
    {
        Func<int, int> factorial = null!;
        factorial = n => n <= 1 ? 1 : n * factorial(n - 1);
        Assert.Equal(120, RoundTrip.Function(factorial).Invoke([5]));
    }

    [Fact]
    public void Invoke_FunctionsSharingAClosure_StillShareIt()
    {
        int count = 0;
        Action[] both = [() => count++, () => count += 10];
        Func<int> read = () => count;
        (Action[] actions, Func<int> get) = RoundTrip.Of((both, read));
        actions[0]();
        actions[1]();
        Assert.Equal(11, get());
        Assert.Equal(0, count);
    }

    [Fact]
    public async Task InvokeAsync_AsyncFunctions_GivesTheirResults()
    {
        Assert.Equal(6, await RoundTrip.Function((Func<int, Task<int>>)LaterAsync).InvokeAsync([5]));
        BoundFunction lambda = RoundTrip.Function(async () => await LaterAsync(1));
        Assert.Equal(typeof(int), lambda.ResultType);
        Assert.Equal(2, await lambda.InvokeAsync([]));
        Assert.Equal("v", await RoundTrip.Function(() => new ValueTask<string>("v")).InvokeAsync([]));
        BoundFunction nothing = RoundTrip.Function(async () => await Task.Yield());
        Assert.Equal(typeof(void), nothing.ResultType);
        Assert.Null(await nothing.InvokeAsync([]));
        Assert.Null(await RoundTrip.Function(() => default(ValueTask)).InvokeAsync([]));
    }

    [Fact]
    public void Invoke_Throwing_GivesTheExceptionItself()
    {
        var error = Assert.Throws<FormatException>(() => RoundTrip.Function((Func<int>)Throws).Invoke([]));
        Assert.Contains(nameof(Throws), error.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteCall_WithArguments_ReadsThemBack()
    {
        using var writer = new PayloadWriter();
        Func<string, object> narrow = Wide;
        FunctionReference.WriteCall(writer, narrow, ["text"], RoundTrip.ToChild);
        var reader = new PayloadReader(writer.WrittenSpan);
        BoundFunction function = FunctionReference.Read(ref reader, RoundTrip.ToChild);
        Assert.Equal("text!", function.Invoke(function.ReadArguments(ref reader, RoundTrip.ToChild)));
        Assert.Equal(0, reader.Remaining);
        using var stream = new MemoryStream();
        var error = Assert.Throws<CannotTravelException>(() => FunctionReference.WriteCall(writer, (Func<object, string>)Wide, [stream], RoundTrip.ToChild));
        Assert.StartsWith("argument 'thing' of FunctionTests.Wide (System.IO.MemoryStream) cannot travel", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatCannotTravel_SaysWhy()
    {
        Refused((Action)(() => { }) + (() => { }), "combination of 2 functions");
        Refused(Expression.Lambda<Func<int>>(Expression.Constant(1)).Compile(), "compiled at run time");
        var dynamic = new DynamicMethod("f", typeof(int), []);
        dynamic.GetILGenerator().Emit(OpCodes.Ldc_I4_1);
        dynamic.GetILGenerator().Emit(OpCodes.Ret);
        Refused(dynamic.CreateDelegate<Func<int>>(), "compiled at run time");
        Refused((ByReference)((ref int x) => x), "parameter 'x' is passed by reference");
        Refused((Func<ReadOnlySpan<char>, int>)(span => span.Length), "parameter 'span' is a ref struct");
#pragma warning disable VSTHRD101, MA0147 // It is refused for exactly that.
        Refused((Action)(async () => await Task.Yield()), "async void");
#pragma warning restore VSTHRD101, MA0147
    }

    [Fact]
    public void Write_FromBytesAndCollectibleAssemblies_AreRefused()
    {
        byte[] image = File.ReadAllBytes(typeof(PayloadWriter).Assembly.Location);
        Refused(FunctionOf(Assembly.Load(image)), "was loaded from bytes");
        var context = new AssemblyLoadContext("collectible", isCollectible: true);
        Refused(FunctionOf(context.LoadFromAssemblyPath(typeof(PayloadWriter).Assembly.Location)), "collectible load context");
        context.Unload();
    }

    [Fact]
    public void Write_HotReloadedModule_IsRefused()
    {
        try
        {
            HotReload.UpdateApplication([typeof(HotReload)]);
            Assert.Equal(42, RoundTrip.Function((Func<int, int>)Twice).Invoke([21]));
            Refused((Action)HotReload.Reset, "changed by hot reload");
        }
        finally
        {
            HotReload.Reset();
        }
    }

    [Fact]
    public void Read_AnotherBuild_SaysWhichTwo()
    {
        using var writer = new PayloadWriter();
        FunctionReference.Write(writer, (Func<int, int>)Twice, RoundTrip.ToChild);
        byte[] bytes = writer.WrittenSpan.ToArray();
        byte[] version = typeof(FunctionTests).Module.ModuleVersionId.ToByteArray();
        int at = bytes.AsSpan().IndexOf(version);
        bytes[at]++;
        var error = Assert.Throws<InvalidOperationException>(() => ReadFunction(bytes));
        Assert.StartsWith($"{typeof(FunctionTests).Module.Name} in the child is another build ({typeof(FunctionTests).Module.ModuleVersionId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingAssembly_SaysWhich()
    {
        using var writer = new PayloadWriter();
        FunctionReference.Write(writer, (Func<int, int>)Twice, RoundTrip.ToChild);
        byte[] bytes = writer.WrittenSpan.ToArray();
        int at = bytes.AsSpan().IndexOf("Plait.Tests, "u8);
        bytes[at] = (byte)'X';
        int place = bytes.AsSpan().IndexOf("Plait.Tests.dll"u8);
        bytes[place] = (byte)'X';
        var error = Assert.Throws<InvalidOperationException>(() => ReadFunction(bytes));
        Assert.Contains("The child cannot find the assembly Xlait.Tests", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_KnownFunction_TakesTwoBytes()
    {
        var sender = new FunctionTable();
        var receiver = new FunctionTable();
        Func<int, int> function = Twice;
        Assert.Equal(2, RoundTrip.Function(function, null, sender, receiver).Invoke([1]));
        sender.Commit();
        using var writer = new PayloadWriter();
        FunctionReference.Write(writer, function, RoundTrip.ToChild, sender);
        Assert.Equal(2, writer.WrittenCount);
        var reader = new PayloadReader(writer.WrittenSpan);
        Assert.Equal(4, FunctionReference.Read(ref reader, RoundTrip.ToChild, receiver).Invoke([2]));
    }

    [Fact]
    public void Table_DroppedPayload_IsForgotten()
    {
        var sender = new FunctionTable();
        var receiver = new FunctionTable();
        using var writer = new PayloadWriter();
        FunctionReference.Write(writer, (Func<int, int>)Twice, RoundTrip.ToChild, sender);
        sender.Rollback();
        Assert.Equal(0, sender.Count);
        Assert.Equal(2, RoundTrip.Function((Func<int, int>)Twice, null, sender, receiver).Invoke([1]));
        Assert.Equal(1, receiver.Count);
    }

    [Fact]
    public void Name_OfLambdasAndLocalFunctions_IsTheProgrammers()
    {
        Action lambda = () => { };
        Assert.Equal($"FunctionTests.{nameof(Name_OfLambdasAndLocalFunctions_IsTheProgrammers)}", FunctionName.Of(lambda.Method));
        Assert.Equal($"FunctionTests.{nameof(Name_OfLambdasAndLocalFunctions_IsTheProgrammers)}.Local", FunctionName.Of(((Action)Local).Method));
        Assert.Equal("FunctionTests.Twice", FunctionName.Of(((Func<int, int>)Twice).Method));
        Assert.Equal("FunctionTests.Generic.Name", FunctionName.Of(((Func<string>)Generic<int>.Name<int>).Method));

        static void Local()
        {
        }
    }

    [Fact]
    public void CodecList_RoundTrip_MakesTheCodecsAgain()
    {
        using var writer = new PayloadWriter();
        CodecList.Write(writer, [new PluginTests.ReversingCodec()]);
        var reader = new PayloadReader(writer.WrittenSpan);
        Assert.IsType<PluginTests.ReversingCodec>(Assert.Single(CodecList.Read(ref reader)));
        var error = Assert.Throws<CannotTravelException>(() => CodecList.Write(writer, [new PluginTests.UnmakeableCodec(1)]));
        Assert.Contains("no public parameterless constructor", error.Message, StringComparison.Ordinal);
    }

    private static int Throws() => throw new FormatException("x");

    private static string Wide(object thing) => $"{thing}!";

    private static Delegate FunctionOf(Assembly plait) =>
        plait.GetType(typeof(HotReload).FullName!)!.GetMethod(nameof(HotReload.Reset), BindingFlags.Static | BindingFlags.NonPublic)!.CreateDelegate<Action>();

    private static void Refused(Delegate function, string reason)
    {
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Function(function));
        Assert.StartsWith("The function ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static BoundFunction ReadFunction(byte[] bytes)
    {
        var reader = new PayloadReader(bytes);
        return FunctionReference.Read(ref reader, RoundTrip.ToChild);
    }

    private static class Generic<T>
    {
        public static string Name<TOther>() => $"{typeof(T).Name} {typeof(TOther)}";

        public static Func<string, int> Lambda() => static text => text.Length;

        public static Func<string> Closure(T value) => () => $"{value}{value}";

        public static Func<TOther> GenericClosure<TOther>(TOther value) => () => value;
    }
}

internal static class TextExtensions
{
    public static string Times(this string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
