namespace Plait.Synchronization.Engine;

/// <summary>A place in the source, as the compiler gave it.</summary>
internal readonly record struct SourcePlace(string File, int Line)
{
    public static SourcePlace Unknown => new(string.Empty, 0);
}
