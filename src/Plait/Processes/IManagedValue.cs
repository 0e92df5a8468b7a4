namespace Plait.Processes;

/// <summary>A variable in a manager. Each call is a message, and atomic.</summary>
/// <typeparam name="T">Its type.</typeparam>
[ManagedContract]
public interface IManagedValue<T>
{
    /// <summary>The value; a copy.</summary>
    T Value { get; set; }

    /// <summary>Sets the value.</summary>
    /// <param name="value">The new one.</param>
    /// <returns>The old one.</returns>
    T Exchange(T value);

    /// <summary>Changes the value where it is: nobody else's call comes in between.</summary>
    /// <param name="change">From the old value to the new one; runs in the server.</param>
    /// <returns>The new value.</returns>
    T Update(Func<T, T> change);
}
