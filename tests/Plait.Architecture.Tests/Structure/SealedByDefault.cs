using System.Runtime.CompilerServices;

namespace Plait.Architecture.Tests.Structure;

/// <summary>A class that was not designed for inheritance cannot be inherited: its invariants hold because nobody else writes them.</summary>
internal static class SealedByDefault
{
    public static IEnumerable<string> Violations(IEnumerable<Type> types, IReadOnlyDictionary<string, string> designedForInheritance)
    {
        foreach (var type in types.Where(type => type.IsClass && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)))
        {
            string name = type.FullName!;
            bool listed = designedForInheritance.TryGetValue(name, out string? reason);
            if (listed && (type.IsAbstract || type.IsSealed))
            {
                yield return $"{name} is listed as designed for inheritance but is {(type.IsSealed ? "sealed" : "abstract")}: remove its row";
            }
            else if (listed && string.IsNullOrWhiteSpace(reason))
            {
                yield return $"{name} is listed as designed for inheritance without a reason";
            }
            else if (!listed && !type.IsAbstract && !type.IsSealed)
            {
                yield return $"{name} is open: seal it, or list it with a reason in DesignedForInheritance.cs";
            }
        }
    }
}
