#pragma warning disable CA1051 // Fields of every visibility are what these types are for.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plait.Tests.Codecs;

public enum Colour : byte
{
    Red,
    Green = 200,
}

public record struct Point(int X, double Y);

public readonly record struct Labelled(string Name, Point At, int? Weight);

public unsafe struct WithPointer
{
    public int* Address;
    public int Count;
}

public struct WithHandle
{
    public nint Handle;
}

public record Order(Guid Id, string Customer, decimal[] Prices, Dictionary<string, int> Stock)
{
    private readonly string _secret = Customer + "!";

    public string Secret => _secret;
}

public class Animal
{
    private readonly int _legs;

    public Animal(int legs) => _legs = legs;

    public int Legs => _legs;

    public Animal? Friend { get; set; }
}

public sealed class Dog(string name) : Animal(4)
{
    public string Name { get; } = name;

    public int Calls(int times) => times * Legs + Name.Length;
}

public sealed class Holder
{
    public object? Any;
    public Animal? Animal;
    public Stream? Stream;

    [NonSerialized]
    public Stream? Left;
}

public sealed class Node
{
    public int Value;
    public Node? Next;
    public List<Node> Peers = [];
    public HashSet<Keyed> Keys = [];
}

/// <summary>Its hash comes from a field, so it must not be hashed before that is read.</summary>
public sealed class Keyed(string name)
{
    public Node? Owner;

    public string Name { get; } = name;

    public override bool Equals(object? obj) => obj is Keyed other && other.Name == Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

public sealed class ByLength : IEqualityComparer<string>
{
    public bool Equals(string? x, string? y) => x?.Length == y?.Length;

    public int GetHashCode(string obj) => obj.Length;
}

public sealed class NamedList : List<string>
{
    public string Name = "";
}

[JsonConverter(typeof(TemperatureConverter))]
public sealed class Temperature(double degrees)
{
    public double Degrees { get; } = degrees;
}

public sealed class TemperatureConverter : JsonConverter<Temperature>
{
    public static int Writes { get; private set; }

    public override Temperature Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, Temperature value, JsonSerializerOptions options)
    {
        Writes++;
        writer.WriteNumberValue(value.Degrees);
    }
}

public sealed class Weather
{
    [JsonConstructor]
    public Weather(string place, Temperature temperature, Order order, double[] wind)
    {
        Place = place;
        Temperature = temperature;
        Order = order;
        Wind = wind;
        Constructed = true;
    }

    public string Place { get; }

    public Temperature Temperature { get; }

    public Order Order { get; }

    public double[] Wind { get; }

    [JsonIgnore]
    public bool Constructed { get; }
}

public class OpenJson
{
    [JsonPropertyName("n")]
    public int Number { get; set; }
}

public sealed class DerivedJson : OpenJson
{
    public int More { get; set; }
}

public sealed class JsonHolder
{
    [JsonPropertyName("inner")]
    public OpenJson? Inner { get; set; }

    [JsonInclude]
    public Stream? Stream;
}

[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Square), "square")]
public abstract class Shape;

public sealed class Circle : Shape
{
    public double Radius { get; set; }
}

public sealed class Square : Shape
{
    public double Side { get; set; }
}

public sealed class PlainException(string message) : Exception(message);

public sealed class CodedException : Exception
{
    public CodedException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    public int Code { get; init; }

    public string? Detail { get; init; }

    public override string Message => $"{base.Message} (code {Code})";
}

public sealed class NoWayException(int code) : Exception($"code {code}");

public sealed class HostileException : Exception
{
    public override string Message => throw new InvalidOperationException("no message for you");

    public override string? StackTrace => throw new InvalidOperationException("no stack");

    public override System.Collections.IDictionary Data => throw new InvalidOperationException("no data");

    public override string ToString() => throw new InvalidOperationException("no text");
}
