namespace Plait.Architecture.Tests.Structure;

/// <summary>The classes of Plait.dll that users or other classes derive from. Everything else is sealed.</summary>
internal static class DesignedForInheritance
{
    public static readonly IReadOnlyDictionary<string, string> Table = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Plait.Processes.ChildProcess"] = "ChildProcess<T> is the same unit with a result",
        ["Plait.Processes.ChildProcess`1"] = "a unit with a result may be extended by the executor that owns it",
    };
}
