using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class ExceptionCodecTests
{
    private static readonly Exception[] s_same =
    [
        new InvalidOperationException("x"), new ArgumentException("bad", "p"), new ArgumentNullException("p"), new ArgumentNullException("p", "msg"),
        new ArgumentOutOfRangeException("p", 5, "too big"), new ObjectDisposedException("thing"), new ObjectDisposedException("thing", "gone"),
        new OperationCanceledException("stop"), new TaskCanceledException(), new TimeoutException("late"),
        new FileNotFoundException("no file", "/tmp/x"), new FileNotFoundException(null, "/tmp/x"), new FileLoadException("bad", "/tmp/y"), new KeyNotFoundException("k"),
        new SocketException((int)SocketError.ConnectionRefused), new Win32Exception(13), new HttpRequestException("http"), new JsonException("json"),
        new NotSupportedException(), new OutOfMemoryException("oom"), new TypeInitializationException("T", new FormatException("f")),
        new IndexOutOfRangeException(), new DivideByZeroException(), new AggregateException("many", new FormatException("a"), new IOException("b")),
        new IOException("io", new UnauthorizedAccessException("inner")), new PlainException("mine"), new CannotTravelException("no"),
        new BadImageFormatException("img", "f.dll"), new OverflowException("ż \ud800"), new System.Text.DecoderFallbackException("d"),
    ];

    public static TheoryData<int> Same() => [.. Enumerable.Range(0, s_same.Length)];

    [Theory]
    [MemberData(nameof(Same))]
    public void Read_RebuildableException_IsTheSame(int index)
    {
        Exception sent = s_same[index];
        Exception read = RoundTrip.Exception(sent);
        Assert.IsType(sent.GetType(), read);
        Assert.Equal(sent.Message, read.Message);
        Assert.Equal(sent.HResult, read.HResult);
        Assert.Equal(sent.InnerException?.GetType(), read.InnerException?.GetType());
        Assert.Equal(sent.InnerException?.Message, read.InnerException?.Message);
        Assert.Equal(sent.ToString(), read.ToString());
    }

    [Fact]
    public void Read_Details_AreKept()
    {
        Assert.Equal("p", ((ArgumentException)RoundTrip.Exception(new ArgumentException("bad", "p"))).ParamName);
        Assert.Equal("thing", ((ObjectDisposedException)RoundTrip.Exception(new ObjectDisposedException("thing"))).ObjectName);
        Assert.Equal("/f", ((FileNotFoundException)RoundTrip.Exception(new FileNotFoundException("m", "/f"))).FileName);
        Assert.Equal(SocketError.HostNotFound, ((SocketException)RoundTrip.Exception(new SocketException((int)SocketError.HostNotFound))).SocketErrorCode);
        Assert.Equal(13, ((Win32Exception)RoundTrip.Exception(new Win32Exception(13))).NativeErrorCode);
        Assert.Equal(2, ((AggregateException)RoundTrip.Exception(new AggregateException(new Exception("a"), new Exception("b")))).InnerExceptions.Count);
        var withData = new Exception("x") { Data = { ["key"] = "value", [5] = "dropped", ["other"] = new object() } };
        Assert.Equal("value", RoundTrip.Exception(withData).Data["key"]);
        Assert.Single(RoundTrip.Exception(withData).Data);
    }

    [Fact]
    public void Read_UsersException_KeepsItsOwnFields()
    {
        var read = Assert.IsType<CodedException>(RoundTrip.Exception(new CodedException("failed", new IOException("disk")) { Code = 17, Detail = "d" }));
        Assert.Equal((17, "d", "failed (code 17)"), (read.Code, read.Detail, read.Message));
        Assert.IsType<IOException>(read.InnerException);
    }

    [Fact]
    public void Read_TypeThatCannotBeMade_BecomesAStandIn()
    {
        var read = Assert.IsType<RemoteException>(RoundTrip.Exception(Thrown(new NoWayException(5))));
        Assert.Equal(typeof(NoWayException).FullName, read.RemoteTypeName);
        Assert.Equal("Plait.Tests", read.RemoteAssembly);
        Assert.Equal("code 5", read.Message);
        Assert.Contains(nameof(Thrown), read.RemoteStackTrace, StringComparison.Ordinal);
        Assert.Contains(typeof(NoWayException).FullName!, read.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), read.ToString(), StringComparison.Ordinal);
        Exception up = RoundTrip.Exception(read);
        Assert.Equal(typeof(NoWayException).FullName, Assert.IsType<RemoteException>(up).RemoteTypeName);
    }

    [Fact]
    public void Read_TypeOfAnotherAssembly_BecomesAStandIn()
    {
        Exception read = RoundTrip.Exception(new PlainException("x"), typeof(ExceptionCodec).Assembly);
        Assert.Equal(typeof(PlainException).FullName, Assert.IsType<RemoteException>(read).RemoteTypeName);
        Assert.IsType<RemoteException>(RoundTrip.Exception(new Xunit.Sdk.XunitException("x")));
    }

    [Fact]
    public void Of_AFunction_AllowsTheAssembliesOfItsSignature()
    {
        Func<string, string, Type?> types = ExceptionTypes.Of(((Func<List<Order>>)(static () => [])).Method);
        Assert.Equal(typeof(PlainException), types("Plait.Tests", typeof(PlainException).FullName!));
        Assert.Null(types("xunit.v3.assert", "Xunit.Sdk.XunitException"));
        Assert.Null(types("Plait.Tests", "System.Exception, System.Private.CoreLib"));
    }

    [Fact]
    public void Read_HostileException_StillTravels()
    {
        var read = Assert.IsType<RemoteException>(RoundTrip.Exception(new HostileException(), typeof(object).Assembly));
        Assert.Equal(typeof(HostileException).FullName, read.RemoteTypeName);
        Assert.Contains("InvalidOperationException", read.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AbsurdException_IsBounded()
    {
        Exception deep = new FormatException("bottom");
        for (int i = 0; i < 1000; i++)
        {
            deep = new IOException($"level {i}", deep);
        }

        Exception wide = new AggregateException(Enumerable.Range(0, 10_000).Select(i => new IOException($"{i}", deep)));
        Assert.IsType<IOException>(RoundTrip.Exception(deep));
        Assert.InRange(Assert.IsType<AggregateException>(RoundTrip.Exception(wide)).InnerExceptions.Count, 1, 64);
        Assert.InRange(RoundTrip.Exception(new Exception(new string('x', 10_000_000))).Message.Length, 1000, 300_000);
    }

    [Fact]
    public void Throw_ReadException_ShowsBothStacks()
    {
        Exception read = RoundTrip.Exception(Thrown(new InvalidOperationException("x")));
        Assert.Contains(nameof(Thrown), read.StackTrace, StringComparison.Ordinal);
        Exception again = Thrown(read);
        Assert.Contains(nameof(Thrown), again.StackTrace, StringComparison.Ordinal);
        Assert.Contains("End of stack trace from previous location", again.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void OfFramework_OtherNames_AreNotResolved()
    {
        Assert.Equal(typeof(InvalidOperationException), ExceptionTypes.OfFramework("System.Private.CoreLib", "System.InvalidOperationException"));
        Assert.Null(ExceptionTypes.OfFramework("Plait.Tests", typeof(PlainException).FullName!));
        Assert.Null(ExceptionTypes.OfFramework("System.NoSuch", "System.X"));
        Assert.Null(ExceptionTypes.OfFramework("../System.X", "System.X"));
        Assert.Null(ExceptionTypes.OfFramework("System.Private.CoreLib", "System.Collections.Generic.List`1[[Evil, Evil]]"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            return caught;
        }
    }
}
