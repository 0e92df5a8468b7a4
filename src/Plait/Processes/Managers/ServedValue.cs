namespace Plait.Processes.Managers;

/// <summary>The object behind an <see cref="IManagedValue{T}"/>.</summary>
internal sealed class ServedValue<T>(T value) : IManagedValue<T>
{
    public T Value { get; set; } = value;

    public T Exchange(T value)
    {
        T old = Value;
        Value = value;
        return old;
    }

    public T Update(Func<T, T> change) => Value = change(Value);
}
