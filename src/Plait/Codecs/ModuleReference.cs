using System.Reflection;
using System.Runtime.Loader;

namespace Plait.Codecs;

/// <summary>A module by its assembly's name, where its file is, and its version id, which the receiver checks.</summary>
internal static class ModuleReference
{
    private const byte Core = 0;
    private const byte New = 1;
    private const byte FirstKnown = 2;

    private static readonly LockedTable<Module, Sent> s_sent = new();

    // By assembly name: a process has one build of each, and its version id is compared every time.
    private static readonly LockedTable<string, Module> s_loaded = new();

    /// <summary>Why the module's code is not to be had in another process; null when it is.</summary>
    public static (string Reason, string Advice)? WhyNot(Module module)
    {
        Assembly assembly = module.Assembly;
        if (assembly.IsDynamic)
        {
            return ($"the assembly {assembly.GetName().Name} was made at run time", "Use a function or type that is compiled into an assembly on disk");
        }

        if (assembly.IsCollectible)
        {
            return ($"the assembly {assembly.GetName().Name} is in a collectible load context, which may unload it", "Load it into the default context");
        }

        if (assembly.Location.Length == 0 && AssemblyLoadContext.GetLoadContext(assembly) != AssemblyLoadContext.Default)
        {
            return ($"the assembly {assembly.GetName().Name} was loaded from bytes, so the other process cannot find it", "Load it from a file");
        }

        if (!BuildOnDisk.IsCurrent(module))
        {
            return ($"{module.Name} was built again, or removed, while this program runs ({assembly.Location}), and the other process would load what is there now", "Restart the program");
        }

        return HotReload.Changed(module)
            ? ($"{module.Name} was changed by hot reload, and the other process would load the file on disk, which is another build", "Restart the program")
            : null;
    }

    /// <summary>The caller has asked <see cref="WhyNot"/>.</summary>
    public static void Write(PayloadWriter writer, Module module)
    {
        if (ReferenceEquals(module, typeof(object).Module))
        {
            writer.WriteVarint(Core);
            return;
        }

        int known = writer.IndexOf(module);
        if (known >= 0)
        {
            writer.WriteVarint((ulong)(FirstKnown + known));
            return;
        }

        Sent sent = s_sent.Find(module) ?? s_sent.FindOrAdd(module, Sent.Of(module));
        writer.WriteVarint(New);
        writer.WriteGuid(sent.Version);
        writer.WriteString(sent.Assembly);
        writer.WriteString(sent.Location);
    }

    /// <exception cref="InvalidOperationException">The assembly here is another build, or cannot be found.</exception>
    public static Module Read(ref PayloadReader reader)
    {
        ulong code = reader.ReadVarint();
        if (code == Core)
        {
            return typeof(object).Module;
        }

        if (code >= FirstKnown)
        {
            return reader.KnownModule(code - FirstKnown);
        }

        Guid version = reader.ReadGuid();
        string name = reader.ReadString();
        string location = reader.ReadString();
        Module module = Resolve(name, location, version);
        reader.AddModule(module);
        return module;
    }

    private static Module Resolve(string name, string location, Guid version)
    {
        Module module = s_loaded.Find(name) ?? s_loaded.FindOrAdd(name, Load(name, location).ManifestModule);

        if (module.ModuleVersionId != version)
        {
            throw new InvalidOperationException(
                $"{module.Name} in the child is another build ({module.ModuleVersionId}, {Where(module.Assembly)}) than in the parent ({version}, {location}). " +
                "It was built again while the program ran, or the child found another copy: restart the program, and keep one copy of the assembly.");
        }

        return module;
    }

    private static Assembly Load(string name, string location)
    {
        try
        {
            return Assembly.Load(new AssemblyName(name));
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException or ArgumentException)
        {
            if (location.Length == 0 || !File.Exists(location))
            {
                throw new InvalidOperationException(
                    $"The child cannot find the assembly {name}, which holds the function or type to use" +
                    (location.Length == 0 ? "." : $" (the parent has it at {location})."),
                    e);
            }

            return AssemblyLoadContext.Default.LoadFromAssemblyPath(location);
        }
    }

    private static string Where(Assembly assembly) => assembly.Location.Length == 0 ? "no file" : assembly.Location;

    private sealed record Sent(Guid Version, string Assembly, string Location)
    {
        public static Sent Of(Module module) => new(module.ModuleVersionId, module.Assembly.FullName!, module.Assembly.Location);
    }
}
