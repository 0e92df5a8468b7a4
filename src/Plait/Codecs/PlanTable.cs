using System.Collections.Concurrent;

namespace Plait.Codecs;

/// <summary>Finds the plan of a type, once. Never throws: what cannot travel gets a plan that says why when it is used.</summary>
internal static class PlanTable
{
    private static readonly ConcurrentDictionary<Type, TypePlan> s_plans = new();

    public static TypePlan For(Type type) => s_plans.TryGetValue(type, out TypePlan? plan) ? plan : Add(type);

    private static TypePlan Add(Type type)
    {
        TypePlan plan = Create(type);

        // A collectible type must stay collectible: its (refusing) plan is not kept.
        return type.IsCollectible ? plan : s_plans.GetOrAdd(type, plan);
    }

    private static TypePlan Create(Type type)
    {
        if (type == typeof(string))
        {
            return new StringPlan();
        }

        if (type.IsEnum || type.IsPrimitive)
        {
            return CreatePrimitive(type);
        }

        if (type.IsPointer || type.IsByRef || type.IsFunctionPointer || type.IsByRefLike || type.ContainsGenericParameters || type == typeof(void))
        {
            return new RefusedPlan(type, "it only means something on one thread of one process", "Pass the data itself, for example as an array");
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return new NullablePlan(type, underlying);
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return type.IsAbstract ? new AbstractPlan(type) : new DelegatePlan(type);
        }

        if (typeof(Type).IsAssignableFrom(type))
        {
            return new TypeObjectPlan();
        }

        if (type.IsArray)
        {
            return ArrayPlan.Create(type);
        }

        if (type.IsCollectible || type.Assembly.IsDynamic)
        {
            return new RefusedPlan(type, "its type was made at run time, so the other process does not have it", "Use a type that is compiled into an assembly");
        }

        if (type == typeof(CancellationToken))
        {
            return new CancellationTokenPlan();
        }

        if (typeof(Exception).IsAssignableFrom(type))
        {
            return new ExceptionPlan(type);
        }

        return type.IsValueType ? CreateStruct(type) : CreateClass(type);
    }

    private static TypePlan CreatePrimitive(Type type)
    {
        if (type == typeof(nint) || type == typeof(nuint))
        {
            return RefusedPlan.Pointer(type);
        }

        return new RawPlan(type, type == typeof(bool) ? RawCheck.Bool : RawCheck.None);
    }

    private static TypePlan CreateStruct(Type type)
    {
        switch (RawLayout.Of(type))
        {
            case RawKind.Raw:
                return new RawPlan(type, RawPlan.CheckFor(type));
            case RawKind.Pointers:
                return RefusedPlan.Pointer(type);
            default:
                return FrameworkTypes.Owns(type) ? FrameworkPlans.Create(type) : UserPlans.Create(type);
        }
    }

    private static TypePlan CreateClass(Type type)
    {
        if (FrameworkTypes.Owns(type))
        {
            return FrameworkPlans.Create(type);
        }

        return type.IsInterface || type.IsAbstract ? UserPlans.CreateAbstract(type) : UserPlans.Create(type);
    }
}
