using System.Text.Json;
using System.Text.Json.Nodes;
using Plait.Codecs;
using Xunit;

namespace Plait.Tests.Codecs;

public sealed class JsonTests
{
    [Fact]
    public void Read_TypeWithAConverter_UsesIt()
    {
        int before = TemperatureConverter.Writes;
        Assert.Equal(21.5, RoundTrip.Of(new Temperature(21.5)).Degrees);
        Assert.True(TemperatureConverter.Writes > before);
        Assert.Equal(1, RoundTrip.Of<object>(new Temperature(1)) is Temperature t ? t.Degrees : 0);
    }

    [Fact]
    public void Read_JsonConstructor_IsCalledAndMembersLoseNothing()
    {
        var order = new Order(Guid.NewGuid(), "\ud800", [1m], new(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 });
        Weather read = RoundTrip.Of(new Weather("Oslo", new Temperature(-5), order, [double.NaN, double.PositiveInfinity]), RoundTrip.FromChild);
        Assert.True(read.Constructed);
        Assert.Equal("\ud800!", read.Order.Secret);
        Assert.True(read.Order.Stock.ContainsKey("a"));
        Assert.Equal([double.NaN, double.PositiveInfinity], read.Wind);
        Assert.Equal(-5, read.Temperature.Degrees);
    }

    [Fact]
    public void Write_DerivedBehindAJsonBase_IsRefusedWithItsPlace()
    {
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Of(new JsonHolder { Inner = new DerivedJson { More = 1 } }));
        Assert.Contains(typeof(DerivedJson).ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains("argument 'value' of Test.Run", error.Message, StringComparison.Ordinal);
        Assert.Throws<CannotTravelException>(() => RoundTrip.Of(new JsonHolder { Inner = new DerivedJson { More = 1 } }, RoundTrip.FromChild));
        Assert.Equal(3, RoundTrip.Of(new JsonHolder { Inner = new OpenJson { Number = 3 } }).Inner!.Number);
    }

    [Fact]
    public void Write_HandleInsideJson_IsRefusedAsEverywhere()
    {
        using var stream = new MemoryStream();
        var error = Assert.Throws<CannotTravelException>(() => RoundTrip.Of(new JsonHolder { Stream = stream }));
        Assert.Contains("Pass its bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("argument 'value' of Test.Run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PolymorphicType_KeepsItsTypeInBothDirections()
    {
        Assert.Equal(2, Assert.IsType<Circle>(RoundTrip.Of<Shape>(new Circle { Radius = 2 })).Radius);
        Assert.Equal(3, Assert.IsType<Square>(RoundTrip.Of<Shape>(new Square { Side = 3 }, RoundTrip.FromChild)).Side);
        Shape[] both = RoundTrip.Of<Shape[]>([new Circle { Radius = 1 }, new Square { Side = 2 }], RoundTrip.FromChild);
        Assert.IsType<Circle>(both[0]);
        Assert.IsType<Square>(both[1]);
    }

    [Fact]
    public void Read_JsonValues_GiveTheSame()
    {
        using JsonDocument document = JsonDocument.Parse("""{"a":[1,2.50,"x",null]}""");
        Assert.Equal("""{"a":[1,2.50,"x",null]}""", RoundTrip.Of(document.RootElement).GetRawText());
        Assert.Equal("""{"a":1}""", RoundTrip.Of(new JsonObject { ["a"] = 1 }).ToJsonString());
        Assert.Equal("""[1]""", RoundTrip.Of<JsonNode>(new JsonArray(1), RoundTrip.FromChild).ToJsonString());
    }

    [Fact]
    public void Read_BadJson_IsBadData()
    {
        byte[] bytes = RoundTrip.Bytes(new Temperature(21.5), typeof(Temperature));
        bytes[^1] = (byte)'x';
        Assert.Throws<InvalidDataException>(() => RoundTrip.Read(bytes, typeof(Temperature)));
    }
}
