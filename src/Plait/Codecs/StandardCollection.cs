using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Plait.Codecs;

/// <summary>
/// Values behind collection interfaces. The bytes say only array, list, set or dictionary; the element type is the
/// interface's own, so an answer cannot choose it. What is no standard collection (a LINQ query, an iterator, a user's
/// own collection in an answer) is enumerated and arrives as the nearest standard one.
/// </summary>
internal static class StandardCollection
{
    private const byte ArrayKind = 1;
    private const byte ListKind = 2;
    private const byte SetKind = 3;
    private const byte DictionaryKind = 4;

    private static readonly ConcurrentDictionary<Type, Type[]> s_candidates = new();

    /// <summary>The standard type for a kind, or an error when it does not fit the declared one.</summary>
    public static Type TypeFor(Type declared, byte kind)
    {
        Type[] candidates = Candidates(declared);
        return kind < candidates.Length && candidates[kind] != typeof(void)
            ? candidates[kind]
            : throw new InvalidDataException($"The message holds collection kind {kind} where a {declared} belongs.");
    }

    public static bool TryChoose(
        Type declared, object value, TypePlan plan, CodecDirection direction, out byte kind, out object standard, [NotNullWhen(true)] out TypePlan? standardPlan)
    {
        kind = 0;
        standard = value;
        standardPlan = plan;
        if (!declared.IsInterface || value is not IEnumerable items)
        {
            return false;
        }

        Type[] candidates = Candidates(declared);
        for (byte i = 1; i < candidates.Length; i++)
        {
            if (ReferenceEquals(candidates[i], plan.Type))
            {
                kind = i;
                return true;
            }
        }

        // To a child a type that can travel by itself does; a string or a refused type is not enumerated behind the user's back.
        bool enumerate = direction == CodecDirection.FromChild ? ClosedTypes.Descriptor(plan.Type) is null : plan is IteratorPlan;
        if (!enumerate || !TryPickKind(candidates, out kind))
        {
            return false;
        }

        standardPlan = PlanTable.For(candidates[kind]);
        standard = ((IMaterializer)standardPlan).Materialize(items);
        return true;
    }

    private static bool TryPickKind(Type[] candidates, out byte kind)
    {
        foreach (byte preferred in (ReadOnlySpan<byte>)[DictionaryKind, SetKind, ListKind])
        {
            // A plain sequence fits a list; only what fits nothing but a set or a dictionary becomes one.
            bool fits = candidates[preferred] != typeof(void);
            if (fits && (preferred == ListKind || candidates[ListKind] == typeof(void)))
            {
                kind = preferred;
                return PlanTable.For(candidates[preferred]) is IMaterializer;
            }
        }

        kind = 0;
        return false;
    }

    private static Type[] Candidates(Type declared) =>
        s_candidates.TryGetValue(declared, out Type[]? known) ? known : declared.IsCollectible ? Find(declared) : s_candidates.GetOrAdd(declared, Find(declared));

    private static Type[] Find(Type declared)
    {
        Type[] none = [typeof(void), typeof(void), typeof(void), typeof(void), typeof(void)];
        if (!declared.IsInterface || !typeof(IEnumerable).IsAssignableFrom(declared) || !FrameworkTypes.Owns(declared))
        {
            return none;
        }

        Type element = ElementOf(declared);
        none[ArrayKind] = Fit(declared, element.MakeArrayType());
        none[ListKind] = Fit(declared, typeof(List<>).MakeGenericType(element));
        none[SetKind] = Fit(declared, typeof(HashSet<>).MakeGenericType(element));
        if (element.IsConstructedGenericType && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
        {
            Type[] pair = element.GenericTypeArguments;
            none[DictionaryKind] = Fit(declared, typeof(Dictionary<,>).MakeGenericType(pair));
        }
        else if (declared == typeof(IDictionary))
        {
            none[DictionaryKind] = typeof(Dictionary<object, object>);
        }

        return none;
    }

    private static Type Fit(Type declared, Type candidate) => declared.IsAssignableFrom(candidate) ? candidate : typeof(void);

    private static Type ElementOf(Type declared)
    {
        if (IsSequence(declared))
        {
            return declared.GenericTypeArguments[0];
        }

        foreach (Type parent in declared.GetInterfaces())
        {
            if (IsSequence(parent))
            {
                return parent.GenericTypeArguments[0];
            }
        }

        return typeof(object);
    }

    private static bool IsSequence(Type type) => type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>);
}

/// <summary>A plan whose collection can be made from any sequence.</summary>
internal interface IMaterializer
{
    object Materialize(IEnumerable items);
}
