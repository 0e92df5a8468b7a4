using System.Collections;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class ValueRoundTripTests
{
    private static readonly object[] s_simple =
    [
        true, false, 'x', '\ud800', (sbyte)-3, (byte)250, (short)-30000, (ushort)60000, int.MinValue, uint.MaxValue, long.MinValue, ulong.MaxValue,
        1.5f, double.NaN, double.NegativeInfinity, -0.0, decimal.MinValue, 0.00000001m, "", "plain", "żółć 漢字 🎉", "lone \ud800 surrogate",
        new string('a', 31), new string('ż', 42), new string('漢', 43), new string('x', 100_000), new string('\udfff', 500),
        new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc), new DateTime(1, DateTimeKind.Local), DateTime.MaxValue,
        new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.FromHours(-5)), DateTimeOffset.MaxValue, DateTimeOffset.MinValue,
        DateOnly.MaxValue, TimeOnly.MaxValue, TimeSpan.MinValue, Guid.Parse("11223344-5566-7788-99aa-bbccddeeff00"),
        (Half)1.5, Int128.MinValue, UInt128.MaxValue, BigInteger.Pow(-7, 300), new Uri("https://a.b/c?d=e#f"), new Uri("/relative/x", UriKind.Relative),
        new Uri("/rooted"), new Version(1, 2, 3, 4), Colour.Green, DayOfWeek.Friday, new Point(1, 2), new Complex(1, -1), new Rune('ż'), 3..^1,
        new Labelled("n", new Point(1, 2), 5), new Labelled(null!, default, null), (1, "two", 3.0), Tuple.Create("a", 2), KeyValuePair.Create("k", 1),
        (1, 2, 3, 4, 5, 6, 7, "eight", 9), CultureInfo.InvariantCulture, TimeZoneInfo.Utc, IPAddress.Loopback,
        IPAddress.Parse("fe80::1%3"), new IPEndPoint(IPAddress.IPv6Any, 80), typeof(int), typeof(List<Point>), typeof(Dictionary<,>), typeof(Holder[,]),
        new BigInteger(0), DBNull.Value.ToString(),
    ];

    public static TheoryData<int> Simple()
    {
        var data = new TheoryData<int>();
        for (int i = 0; i < s_simple.Length; i++)
        {
            data.Add(i);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Simple))]
    public void Read_SimpleValue_GivesTheSame(int index)
    {
        object value = s_simple[index];
        Type type = value is Type ? typeof(Type) : value is IPAddress ? typeof(IPAddress) : value.GetType();
        Assert.Equal(value, RoundTrip.Object(value, type));
        Assert.Equal(value, RoundTrip.Object(value, typeof(object)));
        if (type.IsValueType)
        {
            Assert.Equal(value, RoundTrip.Object(value, typeof(Nullable<>).MakeGenericType(type)));
        }
    }

    [Fact]
    public void Read_Null_GivesNull()
    {
        Assert.Null(RoundTrip.Object(null, typeof(int?)));
        Assert.Null(RoundTrip.Object(null, typeof(string)));
        Assert.Null(RoundTrip.Object(null, typeof(IEnumerable<int>)));
        Assert.Throws<InvalidDataException>(() => RoundTrip.Object(null, typeof(int)));
    }

    [Fact]
    public void Read_DateTime_KeepsItsKind()
    {
        Assert.Equal(DateTimeKind.Local, RoundTrip.Of(new DateTime(5, DateTimeKind.Local)).Kind);
        Assert.Equal(DateTimeKind.Unspecified, RoundTrip.Of(new DateTime(5)).Kind);
    }

    [Fact]
    public void Read_Uri_KeepsWhatWasWritten()
    {
        Assert.Equal("HTTP://Host/%41 b", RoundTrip.Of(new Uri("HTTP://Host/%41 b")).OriginalString);
        Assert.False(RoundTrip.Of(new Uri("//x", UriKind.Relative)).IsAbsoluteUri);
    }

    [Fact]
    public void Read_TextClasses_GiveTheSameText()
    {
        Assert.Equal("abc", RoundTrip.Of(new StringBuilder("abc")).ToString());
        Assert.Equal("/tmp/x.txt", RoundTrip.Of(new FileInfo("/tmp/x.txt")).FullName);
        Assert.Equal("/tmp/x", RoundTrip.Of(new DirectoryInfo("/tmp/x")).FullName);
    }

    [Fact]
    public void Read_CancellationTokens_BecomeTheReadersToken()
    {
        using var source = new CancellationTokenSource();
        using var readers = new CancellationTokenSource();
        var codec = new ValueCodec(CodecDirection.ToChild) { CancellationSource = () => readers.Token };
        Assert.Equal(readers.Token, RoundTrip.Of(source.Token, codec));
        Assert.Equal(CancellationToken.None, RoundTrip.Of(CancellationToken.None, codec));
        source.Cancel();
        Assert.True(RoundTrip.Of(source.Token, codec).IsCancellationRequested);
        Assert.False(readers.IsCancellationRequested);
    }

    [Fact]
    public void Tokens_OfAPayload_AreTheLiveOnesOnce()
    {
        using var source = new CancellationTokenSource();
        using var writer = new PayloadWriter();
        RoundTrip.ToChild.Write(writer, new[] { source.Token, source.Token, CancellationToken.None }, typeof(CancellationToken[]), "tokens");
        Assert.Equal([source.Token], writer.Tokens);
        writer.Clear();
        Assert.Null(writer.Tokens);
    }

    [Fact]
    public void Read_StructWithPadding_GivesTheSame()
    {
        (byte A, long B, bool C) value = (1, -2, true);
        Assert.Equal(value, RoundTrip.Of(value));
        var bits = new BitArray(3) { [1] = true };
        Assert.Equal(bits.Cast<bool>(), RoundTrip.Of(bits).Cast<bool>());
    }
}
