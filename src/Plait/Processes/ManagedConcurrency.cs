namespace Plait.Processes;

/// <summary>How calls to one object of a manager meet.</summary>
public enum ManagedConcurrency
{
    /// <summary>One after another, over an await inside a method too: the object needs no lock. Two objects run side by side.</summary>
    Serial = 0,

    /// <summary>At the same time: the object is thread-safe by itself.</summary>
    Concurrent = 1,
}
