using System.Collections;

namespace Plait.Codecs;

/// <summary>Chooses the plan for the framework's own types: only those known to lose nothing travel.</summary>
internal static class FrameworkPlans
{
    public static TypePlan Create(Type type)
    {
        string name = type.IsConstructedGenericType ? type.GetGenericTypeDefinition().FullName! : type.FullName ?? type.Name;
        if (type.IsGenericType && CreateGeneric(type, name) is { } generic)
        {
            return generic;
        }

        if (IsPlain(name))
        {
            return new ObjectPlan(type, pluggable: false);
        }

        return CreateOther(type, name)
            ?? Unfit.Because(type, type)
            ?? (type.IsInterface || type.IsAbstract ? new AbstractPlan(type) : Last(type));
    }

    private static TypePlan Last(Type type)
    {
        if (!type.IsPublic && !type.IsNestedPublic && typeof(IEnumerable).IsAssignableFrom(type))
        {
            return new IteratorPlan(type);
        }

        return new RefusedPlan(
            type, "Plait does not know how to copy it without losing something", "Pass the data it was made from, or plug in an ICodec for it");
    }

    private static TypePlan? CreateGeneric(Type type, string name) => name switch
    {
        "System.Collections.Generic.List`1" => Make(typeof(ListPlan<>), type),
        "System.Collections.Generic.Dictionary`2" => Make(typeof(DictionaryPlan<,>), type),
        "System.Collections.Generic.HashSet`1" => Make(typeof(HashSetPlan<>), type),
        "System.Collections.Generic.SortedSet`1" => Make(typeof(SortedSetPlan<>), type),
        "System.Collections.Generic.SortedDictionary`2" => Make(typeof(SortedDictionaryPlan<,>), type),
        "System.Collections.Generic.SortedList`2" => Make(typeof(SortedListPlan<,>), type),
        "System.Collections.Generic.LinkedList`1" => Make(typeof(LinkedListPlan<>), type),
        "System.Collections.Immutable.ImmutableList`1" => Make(typeof(ImmutableListPlan<>), type),
        "System.Collections.Immutable.ImmutableHashSet`1" => Make(typeof(ImmutableHashSetPlan<>), type),
        "System.Collections.Immutable.ImmutableDictionary`2" => Make(typeof(ImmutableDictionaryPlan<,>), type),
        "System.IProgress`1" or "System.Progress`1" => (TypePlan)Activator.CreateInstance(typeof(ProgressPlan<>).MakeGenericType(type.GenericTypeArguments), type)!,
        "System.Memory`1" or "System.ReadOnlyMemory`1" => CreateMemory(type),
        _ => null,
    };

    private static TypePlan CreateMemory(Type type)
    {
        Type element = type.GenericTypeArguments[0];
        return PlanTable.For(element) is RawPlan
            ? (TypePlan)Activator.CreateInstance(typeof(MemoryPlan<>).MakeGenericType(element), type)!
            : new RefusedPlan(type, "its elements are objects, and memory is a view of an array that stays here", "Pass an array: ToArray()");
    }

    private static TypePlan Make(Type plan, Type type) => (TypePlan)Activator.CreateInstance(plan.MakeGenericType(type.GenericTypeArguments))!;

    /// <summary>Framework types whose fields are their value and nothing else.</summary>
    private static bool IsPlain(string name) =>
        name is "System.Object" or "System.DBNull" or "System.Collections.BitArray" or "System.Collections.DictionaryEntry"
            or "System.Collections.ArrayList" or "System.EventArgs"
            or "System.Collections.Generic.KeyValuePair`2" or "System.Collections.Generic.Queue`1" or "System.Collections.Generic.Stack`1"
            or "System.Collections.Generic.PriorityQueue`2"
            or "System.Collections.ObjectModel.Collection`1" or "System.Collections.ObjectModel.ReadOnlyCollection`1"
            or "System.Collections.Immutable.ImmutableArray`1" or "System.ArraySegment`1" or "System.Runtime.CompilerServices.StrongBox`1"
        || name.StartsWith("System.Tuple`", StringComparison.Ordinal)
        || name.StartsWith("System.ValueTuple`", StringComparison.Ordinal);

    private static TypePlan? CreateOther(Type type, string name)
    {
        if (name.StartsWith("System.Text.Json.", StringComparison.Ordinal))
        {
            return JsonContract.IsJsonValue(type) ? new JsonPlan(type) : null;
        }

        if (name == "System.Numerics.BigInteger")
        {
            return new BigIntegerPlan();
        }

        return (TypePlan?)FrameworkTexts.Create(type) ?? CreateComparer(type);
    }

    private static ComparerPlan? CreateComparer(Type type)
    {
        if (typeof(StringComparer).IsAssignableFrom(type))
        {
            return new ComparerPlan(typeof(StringComparer));
        }

        return type == typeof(ReferenceEqualityComparer) ? new ComparerPlan(type) : null;
    }
}
