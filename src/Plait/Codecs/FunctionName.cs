using System.Reflection;

namespace Plait.Codecs;

/// <summary>The names that a C# programmer gave to what the compiler renamed.</summary>
internal static class FunctionName
{
    public static bool IsClosure(Type type) => type.Name.StartsWith("<>c__DisplayClass", StringComparison.Ordinal);

    /// <summary>"Program.Main" for a lambda in Main, "Program.Main.Local" for a local function, "Program.Render" for a method.</summary>
    public static string Of(MethodBase method)
    {
        Type? type = method.DeclaringType;
        while (type is { DeclaringType: not null } && type.Name.StartsWith('<'))
        {
            type = type.DeclaringType;
        }

        string name = Readable(method.Name);
        return type is null ? name : $"{TypeName(type)}.{name}";
    }

    private static string TypeName(Type type)
    {
        string name = type.DeclaringType is { } outer ? $"{TypeName(outer)}.{type.Name}" : type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : name[..tick];
    }

    // <Main>b__0_1 is a lambda in Main; <Main>g__Twice|0_0 is Twice in Main; <<Main>$>b__0_0 is one in top-level statements.
    private static string Readable(string name)
    {
        if (!name.StartsWith('<'))
        {
            return name;
        }

        int local = name.IndexOf(">g__", StringComparison.Ordinal);
        int lambda = name.IndexOf(">b__", StringComparison.Ordinal);
        int end = local >= 0 ? local : lambda;
        if (end < 0)
        {
            return name;
        }

        string outer = Readable(name[1..end]);
        outer = outer == "<Main>$" ? "Main" : outer;
        int bar = name.IndexOf('|', StringComparison.Ordinal);
        return local >= 0 && bar > local ? $"{outer}.{name[(local + 4)..bar]}" : outer;
    }
}
