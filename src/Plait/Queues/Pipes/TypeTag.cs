namespace Plait.Queues.Pipes;

/// <summary>
/// A number for a type, from its name alone. A value is encoded as what it was declared, and does not say it again: both sides must name the
/// same type, and this is how a difference is noticed before the bytes are taken for something else.
/// </summary>
internal static class TypeTag<T>
{
    public static readonly uint Value = Compute();

    // FNV-1a; without the assembly's version, so that two builds of one program understand each other.
    private static uint Compute()
    {
        uint hash = 2166136261;
        foreach (char letter in typeof(T).ToString())
        {
            hash = (hash ^ letter) * 16777619;
        }

        return hash;
    }
}
