using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Plait.Codecs;

/// <summary>
/// Whether a module's file is still the build that this process runs: a child loads the file. Asked by the sender before
/// every call, so that a program built again while it runs is told so at once; the file is read again only when its time
/// of change is another.
/// </summary>
internal static class BuildOnDisk
{
    private static readonly LockedTable<Module, Look> s_looks = new();

    /// <summary>False when the file is gone or holds another build. A module without a file (a single-file program) is always current.</summary>
    public static bool IsCurrent(Module module)
    {
        string location = module.Assembly.Location;
        if (location.Length == 0 || FrameworkTypes.Owns(module.Assembly))
        {
            return true;
        }

        Look look = s_looks.Find(module) ?? s_looks.FindOrAdd(module, new Look());
        lock (look)
        {
            DateTime changed = File.GetLastWriteTimeUtc(location);
            if (look.Changed != changed)
            {
                look.IsCurrent = ReadVersion(location) == module.ModuleVersionId;
                look.Changed = changed;
            }

            return look.IsCurrent;
        }
    }

    private static Guid? ReadVersion(string location)
    {
        try
        {
            using FileStream file = File.OpenRead(location);
            using var image = new PEReader(file);
            MetadataReader metadata = image.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadImageFormatException or InvalidOperationException)
        {
            // Gone, or half written: not what this process runs.
            return null;
        }
    }

    // Guarded by itself.
    private sealed class Look
    {
        public DateTime Changed { get; set; }

        public bool IsCurrent { get; set; }
    }
}
