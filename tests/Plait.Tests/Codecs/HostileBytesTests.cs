using System.Collections.Immutable;
using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

/// <summary>A peer may be half dead or hostile: any bytes give a value or InvalidDataException, and no big allocation.</summary>
public sealed class HostileBytesTests
{
    private const int Rounds = 4000;
    private const long MostBytes = 64L << 20;

    private static readonly (object Value, Type Declared)[] s_values =
    [
        (5, typeof(int)), ("text ż 🎉", typeof(string)), (1.5m, typeof(decimal)), (DateTimeOffset.MaxValue, typeof(DateTimeOffset)), (new DateOnly(2024, 1, 1), typeof(DateOnly)),
        (new int[100], typeof(int[])), (new string?[] { "a", null, "b" }, typeof(string[])), (new int[3, 4], typeof(int[,])), (new object[3, 2], typeof(object[,])),
        (new List<string> { "a", "b" }, typeof(IReadOnlyList<string>)), (new List<bool> { true }, typeof(List<bool>)),
        (new Dictionary<string, List<int>> { ["a"] = [1], ["b"] = [2, 3] }, typeof(Dictionary<string, List<int>>)),
        (new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "x" }, typeof(HashSet<string>)), (new SortedSet<int> { 1, 2 }, typeof(SortedSet<int>)),
        (new Order(Guid.Empty, "c", [1m], new() { ["s"] = 1 }), typeof(Order)), ((1, "a", new Point(1, 2)), typeof((int, string, Point))),
        (new Dictionary<string, object> { ["a"] = 1, ["b"] = new object[] { 1, "x", new List<int?> { 1, null } } }, typeof(object)),
        (ImmutableDictionary<string, int>.Empty.Add("a", 1), typeof(ImmutableDictionary<string, int>)), (new Uri("http://x/y"), typeof(Uri)),
        (System.Numerics.BigInteger.Pow(3, 200), typeof(System.Numerics.BigInteger)), (new Temperature(5), typeof(Temperature)), (new ReadOnlyMemory<byte>(new byte[50]), typeof(ReadOnlyMemory<byte>)),
        (Cyclic(), typeof(Node)), (new Labelled?[] { null, new Labelled("a", default, 1) }, typeof(Labelled?[])), (TimeZoneInfo.Utc, typeof(TimeZoneInfo)),
        (new ArgumentException("a", "b"), typeof(ArgumentException)), (typeof(List<int>), typeof(Type)), (new byte[300], typeof(byte[])),
    ];

    public static TheoryData<int> Values() => [.. Enumerable.Range(0, s_values.Length)];

    [Theory]
    [MemberData(nameof(Values))]
    public void Read_DamagedAnswer_GivesAValueOrBadData(int index)
    {
        (object value, Type declared) = s_values[index];
        var store = new HeapBulkStore(threshold: 128);
        byte[] good = RoundTrip.Bytes(value, declared, RoundTrip.FromChild, store);
        Fuzz(good, 1000 + index, bytes =>
        {
            var reader = new PayloadReader(bytes, store);
            RoundTrip.FromChild.Read(ref reader, declared);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_RandomBytes_GiveAValueOrBadData(int seed)
    {
        foreach ((object _, Type declared) in s_values)
        {
            var random = new Random(seed);
            for (int i = 0; i < 300; i++)
            {
                byte[] bytes = new byte[random.Next(64)];
                random.NextBytes(bytes);
                Expect(() =>
                {
                    var reader = new PayloadReader(bytes);
                    RoundTrip.FromChild.Read(ref reader, declared);
                });
            }
        }
    }

    [Fact]
    public void Read_DamagedException_GivesAnExceptionOrBadData()
    {
        using var writer = new PayloadWriter();
        ExceptionCodec.Write(writer, new AggregateException(new CodedException("a", new IOException("b")) { Code = 5 }, new FileNotFoundException("c", "d"), new ArgumentNullException("x")));
        Fuzz(writer.WrittenSpan.ToArray(), 77, bytes =>
        {
            var reader = new PayloadReader(bytes);
            Assert.IsType<Exception>(ExceptionCodec.Read(ref reader, typeof(HostileBytesTests).Assembly), exactMatch: false);
        });
    }

    [Fact]
    public void Read_FalseCounts_AllocateNothingBig()
    {
        // A gigabyte promised in a handful of bytes.
        byte[] array = [1, 0x80, 0x80, 0x80, 0x80, 0x04, 0, 0];
        foreach (Type declared in new[] { typeof(object[]), typeof(int[]), typeof(List<string>), typeof(List<int>), typeof(HashSet<string>), typeof(Dictionary<string, string>), typeof(Memory<byte>) })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => RoundTrip.Read(array, declared, RoundTrip.FromChild));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        }
    }

    [Fact]
    public void Read_FalseCountsNested_AllocateNoMoreThanTheBytesJustify()
    {
        // Arrays in arrays, each promising as many elements as there are bytes left: together they must not multiply.
        using var writer = new PayloadWriter();
        for (int i = 0; i < 300; i++)
        {
            writer.WriteByte(Marker.Closed);
            writer.WriteByte(63);
            writer.WriteByte(0);
            writer.WriteCount(900_000);
        }

        writer.WriteBytes(new byte[1_000_000]);
        byte[] bytes = writer.WrittenSpan.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(bytes, typeof(object), RoundTrip.FromChild));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * bytes.Length);
    }

    [Fact]
    public void Read_BottomlessNesting_IsBadData()
    {
        byte[] bytes = new byte[60_000];
        for (int i = 0; i < bytes.Length; i += 4)
        {
            bytes[i] = Marker.Closed;
            bytes[i + 1] = 63;
            bytes[i + 2] = 0;
            bytes[i + 3] = 1;
        }

        var error = Assert.Throws<InvalidDataException>(() => RoundTrip.Read(bytes, typeof(object), RoundTrip.FromChild));
        Assert.Contains("deep", error.Message, StringComparison.Ordinal);
    }

    private static void Fuzz(byte[] good, int seed, Action<byte[]> read)
    {
        var random = new Random(seed);
        for (int i = 0; i < good.Length && i < 500; i++)
        {
            byte[] cut = good[..i];
            Expect(() => read(cut));
        }

        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = (byte[])good.Clone();
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                int at = random.Next(bytes.Length);
                bytes[at] = random.Next(3) switch
                {
                    0 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                    1 => (byte)random.Next(256),
                    _ => (byte)(random.Next(2) == 0 ? 0xFF : random.Next(8)),
                };
            }

            Expect(() => read(bytes));
        }
    }

    private static void Expect(Action read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read();
        }
        catch (InvalidDataException)
        {
            // The one way to fail.
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    private static Node Cyclic()
    {
        var node = new Node { Value = 1 };
        node.Next = node;
        node.Keys.Add(new Keyed("k"));
        return node;
    }
}
