namespace Plait.Scheduling;

/// <summary>Where an entry is, as the policy that has it knows.</summary>
internal enum EntryState : byte
{
    /// <summary>In no policy: not added yet, finished or removed.</summary>
    Outside,

    /// <summary>It could run, and waits to be taken.</summary>
    Waiting,

    /// <summary>It was taken and has not come back.</summary>
    Running,

    /// <summary>It cannot run until it is woken.</summary>
    Blocked,
}
