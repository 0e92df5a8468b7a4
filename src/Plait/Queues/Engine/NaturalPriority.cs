namespace Plait.Queues.Engine;

/// <summary>The priority of an item that is a number or a time itself.</summary>
internal static class NaturalPriority
{
    /// <summary>The function for the type; for any other type one that says what to do instead.</summary>
    public static Func<T, long> Of<T>() => typeof(T) switch
    {
        var type when type == typeof(int) => static item => (int)(object)item!,
        var type when type == typeof(long) => static item => (long)(object)item!,
        var type when type == typeof(short) => static item => (short)(object)item!,
        var type when type == typeof(sbyte) => static item => (sbyte)(object)item!,
        var type when type == typeof(byte) => static item => (byte)(object)item!,
        var type when type == typeof(ushort) => static item => (ushort)(object)item!,
        var type when type == typeof(uint) => static item => (uint)(object)item!,
        var type when type == typeof(char) => static item => (char)(object)item!,

        // In the same order, from the smallest long on.
        var type when type == typeof(ulong) => static item => (long)((ulong)(object)item! ^ (1UL << 63)),
        var type when type == typeof(DateTime) => static item => ((DateTime)(object)item!).Ticks,
        var type when type == typeof(DateTimeOffset) => static item => ((DateTimeOffset)(object)item!).UtcTicks,
        var type when type == typeof(TimeSpan) => static item => ((TimeSpan)(object)item!).Ticks,
        var type when type == typeof(DateOnly) => static item => ((DateOnly)(object)item!).DayNumber,
        var type when type == typeof(TimeOnly) => static item => ((TimeOnly)(object)item!).Ticks,
        _ => static _ => throw new InvalidOperationException($"A {typeof(T)} has no priority of its own. Make the queue with a priority function, or use Put(item, priority)."),
    };
}
