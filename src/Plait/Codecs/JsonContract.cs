using System.Collections.Concurrent;
using System.Reflection;

namespace Plait.Codecs;

/// <summary>Finds out whether a type asks for JSON, without loading System.Text.Json for those that do not.</summary>
internal static class JsonContract
{
    private const string Json = "System.Text.Json";
    private const string Attributes = "System.Text.Json.Serialization.";
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly ConcurrentDictionary<Assembly, bool> s_users = new();

    /// <summary>True when the type or one of its members has an attribute of System.Text.Json: its author chose a contract.</summary>
    public static bool IsDeclaredOn(Type type)
    {
        for (Type? level = type; level is not null && !FrameworkTypes.Owns(level); level = level.BaseType)
        {
            if (UsesJson(level.Assembly) && IsDeclaredAt(level))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for [JsonPolymorphic] and [JsonDerivedType]: the contract itself names the closed set of derived types.</summary>
    public static bool IsPolymorphic(Type type) =>
        UsesJson(type.Assembly) && (Has(type, "JsonPolymorphicAttribute") || Has(type, "JsonDerivedTypeAttribute"));

    /// <summary>System.Text.Json's own values, which are JSON by nature.</summary>
    public static bool IsJsonValue(Type type)
    {
        for (Type? level = type; level is not null; level = level.BaseType)
        {
            if (level.FullName is "System.Text.Json.JsonElement" or "System.Text.Json.JsonDocument" or "System.Text.Json.Nodes.JsonNode")
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDeclaredAt(Type level)
    {
        if (HasAny(level))
        {
            return true;
        }

        foreach (MemberInfo member in level.GetMembers(Members))
        {
            if (member.MemberType is MemberTypes.Constructor or MemberTypes.Property or MemberTypes.Field && HasAny(member))
            {
                return true;
            }
        }

        return false;
    }

    private static bool UsesJson(Assembly assembly)
    {
        if (s_users.TryGetValue(assembly, out bool known))
        {
            return known;
        }

        bool uses = false;
        foreach (AssemblyName reference in assembly.GetReferencedAssemblies())
        {
            uses |= reference.Name == Json;
        }

        return s_users.GetOrAdd(assembly, uses);
    }

    private static bool HasAny(MemberInfo member) => Has(member, "");

    private static bool Has(MemberInfo member, string name)
    {
        foreach (CustomAttributeData data in member.GetCustomAttributesData())
        {
            string? attribute = data.AttributeType.FullName;
            if (attribute is not null
                && attribute.StartsWith(Attributes, StringComparison.Ordinal)
                && (name.Length == 0 || attribute.EndsWith("." + name, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
