namespace Plait.Processes;

/// <summary>
/// Variables by name in a manager, each of any type that an answer may choose by itself: numbers, texts, dates, arrays, lists and dictionaries of them. For a type of your own use
/// <see cref="IManagedValue{T}"/> or <see cref="IManagedDictionary{TKey, TValue}"/>, which declare it.
/// </summary>
[ManagedContract]
public interface IManagedNamespace
{
    /// <summary>A variable.</summary>
    /// <param name="name">Its name; case counts.</param>
    /// <exception cref="KeyNotFoundException">It was asked for and has never been set.</exception>
    object? this[string name] { get; set; }

    /// <summary>Whether a variable is set.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>True, be it set to null.</returns>
    bool Contains(string name);

    /// <summary>Removes a variable.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Whether it was set.</returns>
    bool Remove(string name);

    /// <summary>The names that are set.</summary>
    /// <returns>In alphabetical order.</returns>
    string[] GetNames();

    /// <summary>A variable as what it is.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <returns>The value.</returns>
    /// <exception cref="KeyNotFoundException">It has never been set.</exception>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    T Get<T>(string name) => (T)this[name]!;
}
