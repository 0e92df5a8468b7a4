using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Plait.Codecs;
using Plait.Processes;
using Plait.Processes.Pooling;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class RefusalTests
{
    public static TheoryData<string, string> Refused() => new()
    {
        { nameof(FileStream), "operating-system handle" },
        { nameof(MemoryStream), "ToArray()" },
        { nameof(StringWriter), "operating-system handle" },
        { nameof(TcpClient), "Pass its Client" },
        { nameof(Process), "Pass its Id instead" },
        { nameof(Thread), "running in this process" },
        { nameof(Task), "Await it first" },
        { nameof(TaskCompletionSource), "Await it first" },
        { "Future", "Await it first" },
        { nameof(ProcessExecutor), "workers belong to this process" },
        { nameof(Timer), "Create the timer in the function" },
        { nameof(SemaphoreSlim), "Lock a file" },
        { nameof(ManualResetEvent), "Lock a file" },
        { nameof(Lock), "Lock a file" },
        { "ConcurrentQueue", "ToArray()" },
        { "ConcurrentDictionary", "ToArray()" },
        { nameof(CancellationTokenSource), "Pass its Token" },
        { "Lazy", "Pass its Value" },
        { nameof(Random), "Pass a seed" },
        { nameof(WeakReference), "Pass the target" },
        { nameof(HttpClient), "Create the client in the function" },
        { nameof(IntPtr), "an address" },
        { nameof(WithPointer), "an address" },
        { nameof(WithHandle), "an address" },
        { nameof(NamedList), "derives from System.Collections.Generic.List`1[System.String]" },
        { "AsyncLocal", "Pass the value" },
        { "Progress", "Submit the function to an executor" },
        { "MemoryOfStrings", "Pass an array" },
        { "OneBased", "indices start at 1" },
        { "Culture", "culture" },
        { nameof(AppDomain), "plug in an ICodec" },
        { "NoMaker", "could not make it again" },
        { "StateMachine", "query that has not run" },
        { nameof(DynamicMethod), "made at run time" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Write_WhatCannotTravel_SaysWhyAndWhere(string what, string reason)
    {
        object value = Make(what);
        try
        {
            var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Object(new Holder { Any = value }, typeof(Holder)));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            Assert.Contains("field 'Any'", error.Message, StringComparison.Ordinal);
            Assert.Contains("of argument 'value' of Test.Run", error.Message, StringComparison.Ordinal);
            Assert.Contains(" cannot travel to another process: ", error.Message, StringComparison.Ordinal);
            Assert.Equal("value.Any", error.Path);
            Assert.NotEmpty(error.TypeName);
        }
        finally
        {
            (value as IDisposable)?.Dispose();
        }
    }

    [Fact]
    public void Write_DeepInside_NamesTheWholePath()
    {
        var value = new Dictionary<string, Holder[]> { ["a"] = [new Holder(), new Holder { Animal = new Dog("x") { Friend = new Animal(1) }, Stream = Stream.Null }] };
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Of(value));
        Assert.StartsWith(
            "field 'Stream' (System.IO.Stream+NullStream) of element [1] of entry [0] of argument 'value' of Test.Run cannot travel", error.Message, StringComparison.Ordinal);
        Assert.Equal("value[0][1].Stream", error.Path);
    }

    [Fact]
    public void Write_CapturedVariable_NamesItAndItsFunction()
    {
        using var file = new FileStream("/dev/null", FileMode.Open);
        int other = 5;
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Function(() => file.Length + other));
        Assert.StartsWith(
            $"captured variable 'file' (System.IO.FileStream) of {nameof(RefusalTests)}.{nameof(Write_CapturedVariable_NamesItAndItsFunction)} " +
            "cannot travel to another process: it holds an operating-system handle. Pass its path instead",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal("file", error.Path);
    }

    [Fact]
    public void Write_CapturedVariableOfAFunctionInAnArgument_NamesBoth()
    {
        using var file = new MemoryStream();
        Func<long> callback = () => file.Length;
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Of(callback));
        Assert.StartsWith("captured variable 'file' (System.IO.MemoryStream) of RefusalTests.", error.Message, StringComparison.Ordinal);
        Assert.Contains(" of argument 'value' of Test.Run cannot travel", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PropertyOfACapturedObject_NamesTheProperty()
    {
        var wrapper = new Wrapper { Source = new MemoryStream() };
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Function(() => wrapper.Source));
        Assert.StartsWith("property 'Source' (System.IO.MemoryStream) of captured variable 'wrapper' of RefusalTests.", error.Message, StringComparison.Ordinal);
        Assert.Equal("wrapper.Source", error.Path);
    }

    [Fact]
    public void Write_CycleThroughATuple_SaysSo()
    {
        // A closed loop without any object that the reader could point back to.
        var inner = new StrongLink();
        inner.Set = System.Collections.Immutable.ImmutableList.Create<object>(inner);
        Assert.Same(RoundTrip.Of(inner).GetType(), typeof(StrongLink));
    }

    [Fact]
    public void Write_FromChildOtherThanDeclared_IsRefused()
    {
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Of<Animal>(new Dog("x"), RoundTrip.FromChild));
        Assert.Contains("an answer cannot choose its own type", error.Message, StringComparison.Ordinal);
        Assert.Throws<CannotTravelException>(() => RoundTrip.Of<object>(new Order(default, "", [], []), RoundTrip.FromChild));
        Assert.Throws<CannotTravelException>(() => RoundTrip.Of<object>(Colour.Green, RoundTrip.FromChild));
        Assert.Throws<CannotTravelException>(() => RoundTrip.Of<Func<int>>(() => 1, RoundTrip.FromChild));
        Assert.Throws<CannotTravelException>(() => RoundTrip.Of(typeof(Holder), RoundTrip.FromChild));
        Assert.Throws<CannotTravelException>(() => RoundTrip.Of(new HashSet<string>(new ByLength()), RoundTrip.FromChild));
        Assert.Equal("x", RoundTrip.Of(new Dog("x"), RoundTrip.FromChild).Name);
    }

    [Fact]
    public void Read_FromChildBytesThatNameAType_AreRefused()
    {
        byte[] named = RoundTrip.Bytes(new Dog("x"), typeof(Animal));
        var error = Assert.Throws<InvalidDataException>(() => RoundTrip.Read(named, typeof(Animal), RoundTrip.FromChild));
        Assert.Contains("only declared types may come back", error.Message, StringComparison.Ordinal);
        byte[] function = RoundTrip.Bytes((Func<int>)(() => 1), typeof(Func<int>));
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(function, typeof(Func<int>), RoundTrip.FromChild));
        byte[] type = RoundTrip.Bytes(typeof(Holder), typeof(Type));
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(type, typeof(Type), RoundTrip.FromChild));
        byte[] number = RoundTrip.Bytes(5, typeof(object), RoundTrip.FromChild);
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(number, typeof(string), RoundTrip.FromChild));
    }

    private static object Make(string what) => what switch
    {
        nameof(FileStream) => new FileStream("/dev/null", FileMode.Open),
        nameof(MemoryStream) => new MemoryStream(),
        nameof(StringWriter) => new StringWriter(),
        nameof(TcpClient) => new TcpClient(),
        nameof(Process) => Process.GetCurrentProcess(),
        nameof(Thread) => Thread.CurrentThread,
        nameof(Task) => Task.FromResult(1),
        nameof(TaskCompletionSource) => new TaskCompletionSource<int>(),
        "Future" => RuntimeHelpers.GetUninitializedObject(typeof(TaskFuture<int>)),
        nameof(ProcessExecutor) => new ProcessExecutor(new ProcessExecutorOptions { MinimumWorkers = 0, Spares = 0 }),
        nameof(Timer) => new Timer(static _ => { }),
        nameof(SemaphoreSlim) => new SemaphoreSlim(1),
        nameof(ManualResetEvent) => new ManualResetEvent(false),
        nameof(Lock) => MakeLock(),
        "ConcurrentQueue" => new ConcurrentQueue<int>(),
        "ConcurrentDictionary" => new ConcurrentDictionary<int, int>(),
        nameof(CancellationTokenSource) => new CancellationTokenSource(),
        "Lazy" => new Lazy<int>(() => 1),
        nameof(Random) => new Random(1),
        nameof(WeakReference) => new WeakReference(what),
        nameof(HttpClient) => new HttpClient(),
        nameof(IntPtr) => (nint)5,
        nameof(WithPointer) => default(WithPointer),
        nameof(WithHandle) => default(WithHandle),
        nameof(NamedList) => new NamedList(),
        "AsyncLocal" => new AsyncLocal<int>(),
        "Progress" => new Progress<int>(),
        "MemoryOfStrings" => new Memory<string>(["a"]),
        "OneBased" => Array.CreateInstance(typeof(int), [2], [1]),
        "Culture" => StringComparer.CurrentCulture,
        nameof(AppDomain) => AppDomain.CurrentDomain,
        "NoMaker" => new NoWayException(3),
        "StateMachine" => Numbers(),
        nameof(DynamicMethod) => MakeDynamic(),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };

    private static object MakeLock() => Activator.CreateInstance(Type.GetType("System.Threading.Lock")!)!;

    private static object MakeDynamic()
    {
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("MadeUp"), AssemblyBuilderAccess.Run);
        TypeBuilder type = assembly.DefineDynamicModule("MadeUp").DefineType("MadeUp.Thing", TypeAttributes.Public);
        return Activator.CreateInstance(type.CreateType())!;
    }

    private static IEnumerable<int> Numbers()
    {
        yield return 1;
    }

    private sealed class Wrapper
    {
        public Stream? Source { get; set; }
    }

    private sealed class StrongLink
    {
        public System.Collections.Immutable.ImmutableList<object>? Set;
    }
}
