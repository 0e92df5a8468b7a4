using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <summary>
/// Which captured variables a function uses. The compiler keeps the variables of a scope in one object for all its lambdas, so
/// a lambda holds what only its neighbours use: an executor, for instance, that another lambda submits to. What cannot travel and is
/// not used stays here. Only asked when something would be refused.
/// </summary>
internal static class CapturedUse
{
    private static readonly ConcurrentDictionary<MethodInfo, HashSet<(Module, int)>?> s_fields = new();
    private static readonly ConcurrentDictionary<Type, bool> s_refused = new();
    private static readonly Lazy<Dictionary<short, OpCode>> s_codes = new(() => typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToDictionary(static code => code.Value));

    /// <summary>Whether the function, or a lambda or local function inside it, uses the variable. True when that cannot be known.</summary>
    public static bool Includes(MethodInfo function, FieldInfo variable) =>
        s_fields.GetOrAdd(function, static method => FieldsOf(method)) is not { } fields || fields.Contains((variable.Module, variable.MetadataToken));

    /// <summary>Whether a value of this type is refused, or holds what is.</summary>
    public static bool IsRefused(Type type) => s_refused.GetOrAdd(type, static type =>
        PlanTable.For(type) is RefusedPlan
        || Unfit.Because(type, type) is not null
        || (type.IsArray && IsRefused(type.GetElementType()!))
        || (type.IsConstructedGenericType && FrameworkTypes.Owns(type) && Array.Exists(type.GetGenericArguments(), IsRefused)));

    private static HashSet<(Module, int)>? FieldsOf(MethodInfo function)
    {
        var fields = new HashSet<(Module, int)>();
        var seen = new HashSet<(Module, int)> { (function.Module, function.MetadataToken) };
        var pending = new Stack<MethodBase>([function]);
        try
        {
            while (pending.TryPop(out MethodBase? method))
            {
                foreach (MemberInfo member in MembersIn(method))
                {
                    if (member is FieldInfo field)
                    {
                        fields.Add((field.Module, field.MetadataToken));
                    }
                    else if (member is MethodBase called && IsGenerated(called) && seen.Add((called.Module, called.MetadataToken)))
                    {
                        pending.Push(called);
                    }
                }
            }

            return fields;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException or KeyNotFoundException or BadImageFormatException or IOException)
        {
            return null;
        }
    }

    // Lambdas, local functions, and what an async method or an iterator became.
    private static bool IsGenerated(MethodBase method) =>
        method.Name.StartsWith('<') || (method.DeclaringType?.Name.StartsWith('<') ?? false);

    private static IEnumerable<MemberInfo> MembersIn(MethodBase method)
    {
        if (method.GetCustomAttribute<StateMachineAttribute>() is { StateMachineType: { } machine })
        {
            foreach (MethodInfo step in machine.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                yield return step;
            }
        }

        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? throw new NotSupportedException($"{method} has no code to read.");
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int i = 0; i < code.Length;)
        {
            const byte Prefix = 0xFE;
            short value = code[i++];
            if (value == Prefix)
            {
                value = (short)((Prefix << 8) | code[i++]);
            }

            OperandType operand = s_codes.Value[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok
                && method.Module.ResolveMember(BitConverter.ToInt32(code, i), ofType, ofMethod) is { } member)
            {
                yield return member;
            }

            i += operand == OperandType.InlineSwitch ? sizeof(int) * (1 + BitConverter.ToInt32(code, i)) : SizeOf(operand);
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
