using System.Globalization;
using Plait.Memory;

namespace Plait.Tests.Memory;

/// <summary>What the kernel says about our mappings.</summary>
internal static unsafe class MemoryMap
{
    public static bool IsMapped(nint address) =>
        File.ReadLines("/proc/self/maps").Any(line => line.StartsWith($"{address:x}-", StringComparison.Ordinal));

    /// <summary>Bytes of the arena's pages that this process has in memory.</summary>
    public static long ResidentBytes(Arena arena)
    {
        string start = $"{(nint)arena.Address:x}-";
        string rss = File.ReadLines("/proc/self/smaps").SkipWhile(line => !line.StartsWith(start, StringComparison.Ordinal))
            .First(line => line.StartsWith("Rss:", StringComparison.Ordinal));
        return long.Parse(rss.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
