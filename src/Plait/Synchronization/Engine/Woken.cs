using System.Runtime.CompilerServices;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// Agents to be woken once the guard is left. There is room for all who are in the queue before anything is granted, for nothing may
/// be allocated inside.
/// </summary>
internal unsafe struct Woken
{
    private const int Inline = 8;

    private fixed uint _first[Inline];
    private uint[]? _all;
    private int _count;

    /// <summary>Enters the guard, with room for everybody in the queue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter(ScopeMemory memory, ObjectRecord* target, Agent agent)
    {
        Guard.Enter(memory, target, agent);
        CrashPoints.Hit(CrashPoint.GuardTaken);
        if (target->QueueLength > Inline)
        {
            MakeRoom(memory, target, agent);
        }
    }

    /// <summary>Leaves the guard and wakes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit(ScopeMemory memory, ObjectRecord* target)
    {
        Guard.Exit(target);
        if (_count > 0)
        {
            CrashPoints.Hit(CrashPoint.WakingWaiters);
            WakeAll(memory);
        }
    }

    public void Add(ScopeMemory memory, uint agent)
    {
        if (_all is not null && _count < _all.Length)
        {
            _all[_count++] = agent;
        }
        else if (_all is null && _count < Inline)
        {
            _first[_count++] = agent;
        }
        else
        {
            // Only in a repair, which could not know beforehand: at once, though the guard is still held.
            WaitQueue.Wake(memory, agent);
        }
    }

    /// <summary>Nobody has to be woken after all.</summary>
    public void Clear() => _count = 0;

    /// <summary>Wakes them: each is a system call, or a step towards its dispatcher.</summary>
    public void WakeAll(ScopeMemory memory)
    {
        for (int i = 0; i < _count; i++)
        {
            WaitQueue.Wake(memory, _all is not null ? _all[i] : _first[i]);
        }

        _count = 0;
    }

    private void MakeRoom(ScopeMemory memory, ObjectRecord* target, Agent agent)
    {
        // More than there can be need no room: the length is a number in memory that others write to.
        while (Math.Min(target->QueueLength, ScopeMemory.MostAgents) is var length && length > Math.Max(Inline, _all?.Length ?? 0))
        {
            Guard.Exit(target);
            _all = new uint[Math.Min(length * 2, ScopeMemory.MostAgents)];
            Guard.Enter(memory, target, agent);
        }
    }
}
