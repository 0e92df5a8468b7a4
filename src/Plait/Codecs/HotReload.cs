using System.Reflection;
using System.Reflection.Metadata;
using Plait.Codecs;

[assembly: MetadataUpdateHandler(typeof(HotReload))]

namespace Plait.Codecs;

/// <summary>
/// Remembers which modules were changed while running. A child loads the file on disk, which is another build than what
/// runs here, though its version id is the same: only this list can tell.
/// </summary>
internal static class HotReload
{
    private static readonly HashSet<Module> s_changed = [];
    private static volatile bool s_any;
    private static volatile bool s_unknown;

    public static bool Changed(Module module)
    {
        if (!s_any)
        {
            return false;
        }

        lock (s_changed)
        {
            // Not told which types changed: every module that hot reload can change is suspect.
            return s_changed.Contains(module) || (s_unknown && !FrameworkTypes.Owns(module.Assembly));
        }
    }

    /// <summary>Called by the runtime after a change is applied; null when it does not know which types.</summary>
    internal static void UpdateApplication(Type[]? types)
    {
        lock (s_changed)
        {
            s_unknown |= types is null;
            foreach (Type type in types ?? [])
            {
                s_changed.Add(type.Module);
            }
        }

        s_any = true;
    }

    /// <summary>For tests: forgets everything.</summary>
    internal static void Reset()
    {
        lock (s_changed)
        {
            s_changed.Clear();
            s_unknown = false;
        }

        s_any = false;
    }
}
