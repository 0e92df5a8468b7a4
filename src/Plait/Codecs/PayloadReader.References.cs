using System.Reflection;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <content>The reader's half of what <see cref="PayloadWriter"/> remembers about one payload.</content>
internal ref partial struct PayloadReader
{
    // The writer counts containers, the reader slots: a function inside a container takes two.
    private const int DeepestSlot = (2 * PayloadWriter.DeepestNesting) + 8;

    internal readonly bool IsNested => _depth > 1;

    internal void Enter()
    {
        if (++_depth > DeepestSlot || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new InvalidDataException($"The message nests values more than {PayloadWriter.DeepestNesting} deep.");
        }
    }

    internal void Leave()
    {
        if (--_depth == 0 && _deferred is not null)
        {
            RunDeferred();
        }
    }

    /// <summary>
    /// Hash containers are filled when the whole value is complete: a key that is part of a cycle has no fields yet when
    /// it is first seen, so its hash code would be wrong.
    /// </summary>
    internal void Defer(Action fill) => (_deferred ??= []).Add(fill);

    /// <summary>Numbers an object before its contents are read, as the writer did. Every tracked plan calls this exactly once.</summary>
    internal void Track(object value) => (_objects ??= []).Add(value);

    internal readonly object Tracked(ulong number) =>
        _objects is not null && number < (ulong)_objects.Count
            ? _objects[(int)number]
            : throw new InvalidDataException($"The message refers to object {number} of itself, which it did not send.");

    internal void AddType(Type type) => (_types ??= []).Add(type);

    internal readonly Type KnownType(ulong number) =>
        _types is not null && number < (ulong)_types.Count
            ? _types[(int)number]
            : throw new InvalidDataException($"The message refers to type {number} of itself, which it did not send.");

    internal void AddModule(Module module) => (_modules ??= []).Add(module);

    internal readonly Module KnownModule(ulong number) =>
        _modules is not null && number < (ulong)_modules.Count
            ? _modules[(int)number]
            : throw new InvalidDataException($"The message refers to module {number} of itself, which it did not send.");

    private void RunDeferred()
    {
        List<Action> deferred = _deferred!;
        _deferred = null;
        foreach (Action fill in deferred)
        {
            fill();
        }
    }
}
