using System.Reflection;

namespace Plait.Codecs;

/// <summary>Tells the framework's assemblies from everyone else's. Their private fields are not ours to copy.</summary>
internal static class FrameworkTypes
{
    private static readonly LockedTable<Assembly, object> s_assemblies = new();
    private static readonly object s_yes = new();
    private static readonly object s_no = new();

    public static bool Owns(Type type) => Owns(type.Assembly);

    public static bool Owns(Assembly assembly) =>
        ReferenceEquals(assembly, typeof(object).Assembly)
        || ReferenceEquals(s_assemblies.Find(assembly) ?? s_assemblies.FindOrAdd(assembly, Decide(assembly) ? s_yes : s_no), s_yes);

    /// <summary>True for the names that the framework's own assemblies have; no assembly is loaded to find out.</summary>
    public static bool HasFrameworkName(string simpleName) =>
        simpleName.StartsWith("System.", StringComparison.Ordinal)
        || simpleName.StartsWith("Microsoft.", StringComparison.Ordinal)
        || simpleName is "System" or "mscorlib" or "netstandard" or "WindowsBase";

    // By key, not by folder: a self-contained program has its own assemblies beside the framework's, a single file has no folder.
    private static bool Decide(Assembly assembly)
    {
        AssemblyName name = assembly.GetName();
        if (name.Name is null || !HasFrameworkName(name.Name) || name.GetPublicKeyToken() is not { Length: 8 } token)
        {
            return false;
        }

        return Convert.ToHexString(token) is
            "7CEC85D7BEA7798E" or "B03F5F7F11D50A3A" or "CC7B13FFCD2DDD51" or "B77A5C561934E089" or "31BF3856AD364E35" or "ADB9793829DDAE60";
    }
}
