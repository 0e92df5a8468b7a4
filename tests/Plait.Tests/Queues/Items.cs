using System.Globalization;

namespace Plait.Tests.Queues;

/// <summary>Bytes that are copied as they are.</summary>
public readonly record struct Reading(long Number, long Check, double Value);

/// <summary>Goes by the codec, and is longer than a slot.</summary>
public record Letter(int Number, string Text, int[] Pages);

/// <summary>Items of several types, made of numbers and told apart by them: each contract is written down once.</summary>
internal static class Items
{
    private const int Elements = 200;

    public static T Make<T>(int number) => (T)(object)(
        typeof(T) == typeof(int) ? number
        : typeof(T) == typeof(Reading) ? new Reading(number, ~number, number / 8d)
        : typeof(T) == typeof(string) ? number.ToString(CultureInfo.InvariantCulture)
        : typeof(T) == typeof(byte[]) ? BitConverter.GetBytes(number)
        : typeof(T) == typeof(double[]) ? Enumerable.Range(0, Elements).Select(element => (double)number + element).ToArray()
        : new Letter(number, new string('x', number % 300), [number, 2, 3]));

    /// <summary>The number; throws when the item is not whole.</summary>
    public static int Read<T>(T item) => item switch
    {
        int number => number,
        Reading reading when reading.Check == ~reading.Number && reading.Value == reading.Number / 8d => (int)reading.Number,
        string text => int.Parse(text, CultureInfo.InvariantCulture),
        byte[] { Length: sizeof(int) } bytes => BitConverter.ToInt32(bytes),
        double[] { Length: Elements } numbers when numbers[^1] == numbers[0] + Elements - 1 => (int)numbers[0],
        Letter { Pages: [var first, 2, 3] } letter when letter.Text == new string('x', letter.Number % 300) && first == letter.Number => letter.Number,
        _ => throw new InvalidDataException($"This is no item that was made here: {item}"),
    };

    /// <summary>What a priority queue here goes by: items of one hundred are alike.</summary>
    public static long Priority<T>(T item) => Read(item) / 100;

    public static T[] MakeMany<T>(params IEnumerable<int> numbers) => [.. numbers.Select(Make<T>)];

    public static int[] ReadMany<T>(IEnumerable<T> items) => [.. items.Select(Read)];
}
