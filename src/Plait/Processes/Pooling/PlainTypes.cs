namespace Plait.Processes.Pooling;

/// <summary>Types whose values are read fast and without running anybody's code: not even a codec could be plugged in for them.</summary>
internal static class PlainTypes
{
    public static bool Includes(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal) || type == typeof(DateTime) || type == typeof(TimeSpan) || type == typeof(Guid)
        || (type.IsArray && type.GetElementType()!.IsPrimitive);
}
