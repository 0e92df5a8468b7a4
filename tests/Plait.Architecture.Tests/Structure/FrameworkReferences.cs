using System.Reflection;

namespace Plait.Architecture.Tests.Structure;

/// <summary>Plait.dll must load wherever the bare runtime is: a worker starts it by simple name, before any package folder is known.</summary>
internal static class FrameworkReferences
{
    public static IEnumerable<string> Violations(Assembly assembly) =>
        from reference in assembly.GetReferencedAssemblies()
        where !File.Exists(Path.Combine(PlaitSources.FrameworkFolder, reference.Name + ".dll"))
        select $"{assembly.GetName().Name} references {reference.FullName}, which is not part of Microsoft.NETCore.App";
}
