namespace Plait.Scheduling;

/// <summary>A generator of random numbers that gives the same ones for a seed on every machine and in every version: SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1, each as likely as the others.</summary>
    public long Below(long bound)
    {
        // What is left over when 2^64 is dealt out evenly would favour the small numbers.
        ulong unfair = ulong.MaxValue - (ulong.MaxValue % (ulong)bound);
        ulong drawn;
        do
        {
            drawn = Next();
        }
        while (drawn >= unfair);
        return (long)(drawn % (ulong)bound);
    }
}
