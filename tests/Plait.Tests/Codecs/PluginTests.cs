using System.Buffers;
using System.Text;
using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class PluginTests
{
    private static ValueCodec With(ICodec codec, CodecDirection direction = CodecDirection.ToChild) => new(direction, [codec]);

    [Fact]
    public void Read_PluggedInType_GoesThroughTheCodec()
    {
        ValueCodec codec = With(new ReversingCodec());
        Assert.Equal("xeR+", RoundTrip.Of(new Dog("Rex"), codec).Name);
        Assert.Equal("xeR+", Assert.IsType<Dog>(RoundTrip.Of<Animal>(new Dog("Rex"), codec)).Name);
        Assert.Equal("xeR+", RoundTrip.Of(new Dog("Rex"), With(new ReversingCodec(), CodecDirection.FromChild)).Name);
        Assert.Equal(2, RoundTrip.Of(new Animal(2), codec).Legs);
    }

    [Fact]
    public void Read_RefusedTypeWithACodec_Travels()
    {
        using var stream = new MemoryStream([1, 2, 3]);
        using MemoryStream read = RoundTrip.Of(stream, With(new StreamCodec()));
        Assert.Equal([1, 2, 3], read.ToArray());
        using Stream behind = RoundTrip.Of<Stream>(stream, With(new StreamCodec()));
        Assert.IsType<MemoryStream>(behind);
    }

    [Fact]
    public void Write_FailingCodec_SaysWhichAndWhere()
    {
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Of(new Dog("x"), With(new FailingCodec())));
        Assert.Contains("argument 'value' of Test.Run", error.Message, StringComparison.Ordinal);
        Assert.Contains($"the codec {typeof(FailingCodec)} failed: cannot", error.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(error.InnerException);
    }

    [Fact]
    public void Read_FailingOrLyingCodec_IsBadData()
    {
        byte[] bytes = RoundTrip.Bytes(new Dog("x"), typeof(Dog), With(new ReversingCodec()));
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(bytes, typeof(Dog), With(new FailingCodec())));
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(bytes, typeof(Dog), With(new LyingCodec())));
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(bytes, typeof(Dog)));
    }

    [Fact]
    public void Read_Extension_ResolvesReferences()
    {
        var extension = new RegistryExtension();
        var codec = new ValueCodec(CodecDirection.ToChild, null, [extension]);
        Registered thing = new("a");
        Assert.Same(extension.Get("a"), RoundTrip.Of(thing, codec));
        Assert.Same(extension.Get("a"), RoundTrip.Of<object>(thing, codec));
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(RoundTrip.Bytes(thing, typeof(object), codec), typeof(string), codec));
    }

    public sealed class ReversingCodec : ICodec
    {
        public bool CanEncode(Type type) => type == typeof(Dog);

        public void Encode(object value, Type type, IBufferWriter<byte> output) =>
            output.Write(Encoding.UTF8.GetBytes(((Dog)value).Name.Reverse().Append('+').ToArray()));

        public object? Decode(ReadOnlySpan<byte> data, Type type) => new Dog(Encoding.UTF8.GetString(data));
    }

    public sealed class UnmakeableCodec(int number) : ICodec
    {
        public int Number => number;

        public bool CanEncode(Type type) => false;

        public void Encode(object value, Type type, IBufferWriter<byte> output) => throw new NotSupportedException();

        public object? Decode(ReadOnlySpan<byte> data, Type type) => null;
    }

    private sealed class StreamCodec : ICodec
    {
        public bool CanEncode(Type type) => type == typeof(MemoryStream);

        public void Encode(object value, Type type, IBufferWriter<byte> output) => output.Write(((MemoryStream)value).ToArray());

        public object? Decode(ReadOnlySpan<byte> data, Type type) => new MemoryStream(data.ToArray());
    }

    private sealed class FailingCodec : ICodec
    {
        public bool CanEncode(Type type) => type == typeof(Dog);

        public void Encode(object value, Type type, IBufferWriter<byte> output) => throw new FormatException("cannot");

        public object? Decode(ReadOnlySpan<byte> data, Type type) => throw new FormatException("cannot");
    }

    private sealed class LyingCodec : ICodec
    {
        public bool CanEncode(Type type) => type == typeof(Dog);

        public void Encode(object value, Type type, IBufferWriter<byte> output) => throw new NotSupportedException();

        public object? Decode(ReadOnlySpan<byte> data, Type type) => "not a dog";
    }

    private sealed record Registered(string Name);

    private sealed class RegistryExtension : IValueExtension
    {
        private readonly Dictionary<string, Registered> _known = new() { ["a"] = new Registered("a") };

        public Registered Get(string name) => _known[name];

        public bool Handles(object value) => value is Registered;

        public void Write(PayloadWriter writer, object value, ValueCodec codec) => writer.WriteString(((Registered)value).Name);

        public object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec) => _known[reader.ReadString()];
    }
}
