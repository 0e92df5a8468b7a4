using System.Reflection;

namespace Plait.Codecs;

/// <summary>The closed set of exception types that bytes may name.</summary>
internal static class ExceptionTypes
{
    /// <summary>A framework exception type by name; null for everything else. Only the framework's own assemblies are ever loaded.</summary>
    public static Type? OfFramework(string assembly, string name)
    {
        if (!IsPlainName(assembly) || !IsPlainName(name) || !FrameworkTypes.HasFrameworkName(assembly))
        {
            return null;
        }

        Assembly core = typeof(object).Assembly;
        if (assembly == core.GetName().Name)
        {
            return core.GetType(name, throwOnError: false);
        }

        // A file beside the core library; a single-file program has none, and its bundle is closed anyway.
        string? folder = Path.GetDirectoryName(core.Location);
        if (!string.IsNullOrEmpty(folder) && !File.Exists(Path.Combine(folder, assembly + ".dll")))
        {
            return null;
        }

        try
        {
            var loaded = Assembly.Load(new AssemblyName(assembly));
            return FrameworkTypes.Owns(loaded) ? loaded.GetType(name, throwOnError: false) : null;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// For <see cref="ExceptionCodec.Read(ref PayloadReader, Func{string, string, Type?})"/>: exception types in the assemblies of the function, of its parameters and of its
    /// result, and Plait's own.
    /// </summary>
    public static Func<string, string, Type?> Of(MethodInfo function)
    {
        var assemblies = new HashSet<Assembly> { typeof(ExceptionTypes).Assembly };
        Add(assemblies, function.DeclaringType);
        Add(assemblies, function.ReturnType);
        foreach (ParameterInfo parameter in function.GetParameters())
        {
            Add(assemblies, parameter.ParameterType);
        }

        foreach (Type argument in function.IsGenericMethod ? function.GetGenericArguments() : [])
        {
            Add(assemblies, argument);
        }

        return (assembly, name) => Find(assemblies, assembly, name);
    }

    /// <summary>For <see cref="ExceptionCodec.Read(ref PayloadReader, Func{string, string, Type?})"/>: exception types in the assemblies of a type and of its generic arguments, and Plait's own.</summary>
    public static Func<string, string, Type?> Of(Type type)
    {
        var assemblies = new HashSet<Assembly> { typeof(ExceptionTypes).Assembly };
        Add(assemblies, type);
        return (assembly, name) => Find(assemblies, assembly, name);
    }

    /// <summary>For <see cref="ExceptionCodec.Read(ref PayloadReader, Func{string, string, Type?})"/>: exception types of one assembly, and Plait's own.</summary>
    public static Func<string, string, Type?> In(Assembly functionAssembly)
    {
        HashSet<Assembly> assemblies = [typeof(ExceptionTypes).Assembly, functionAssembly];
        return (assembly, name) => Find(assemblies, assembly, name);
    }

    private static void Add(HashSet<Assembly> assemblies, Type? type)
    {
        if (type is null)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(assemblies, type.GetElementType());
            return;
        }

        assemblies.Add(type.Assembly);
        foreach (Type argument in type.GenericTypeArguments)
        {
            Add(assemblies, argument);
        }
    }

    private static Type? Find(HashSet<Assembly> assemblies, string assembly, string name)
    {
        if (!IsPlainName(name))
        {
            return null;
        }

        foreach (Assembly candidate in assemblies)
        {
            if (candidate.GetName().Name == assembly)
            {
                return candidate.GetType(name, throwOnError: false);
            }
        }

        return null;
    }

    // No commas, brackets or slashes: a name, never a recipe that makes the loader look elsewhere.
    private static bool IsPlainName(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('.' or '_' or '+' or '-' or '`'))
            {
                return false;
            }
        }

        return name.Length is > 0 and < 1024;
    }
}
