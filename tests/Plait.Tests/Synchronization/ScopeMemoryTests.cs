using System.Runtime.CompilerServices;
using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;
using Xunit;

namespace Plait.Tests.Synchronization;

/// <summary>What the memory of scopes does when it is nearly full, or when nobody refers to a part of it any more.</summary>
public sealed unsafe class ScopeMemoryTests() : SynchronizationTest(Setting.Threads)
{
    private const long Capacity = 64L << 20;

    // Beyond what the kernel gives to a process.
    private const uint NobodysPid = 0x3FFF_FFFF;

    [Fact]
    public void Use_WhenHalfOfTheSlotsAreTheDeads_BuriesThem()
    {
        using Descriptor file = NewFile();
        ScopeMemory memory = ScopeMemory.Use(Arena.Open(file.Number));
        int dead = 0;
        for (uint slot = 0; slot < ScopeMemory.MostParticipants - 1; slot++)
        {
            ParticipantRecord* record = memory.Participant(slot);
            if ((uint)record->Occupant == 0)
            {
                record->Occupant = NobodysPid;
                record->StartTime = 1;
                dead++;
            }
        }

        memory.Header->ParticipantTop = ScopeMemory.MostParticipants - 1;
        ScopeMemory next = ScopeMemory.Use(Arena.Open(file.Number));

        Assert.Equal(ScopeMemory.MostParticipants - 2, dead);
        int left = Enumerable.Range(0, ScopeMemory.MostParticipants).Count(slot => (uint)next.Participant((uint)slot)->Occupant != 0);
        Assert.Equal(2, left);

        // It watches the first as it watches any other process.
        next.Liveness.Bury(memory.Own);
    }

    [Fact]
    public void Use_WhenEverySlotIsTaken_IsRefused()
    {
        using Descriptor file = NewFile();
        ScopeMemory memory = ScopeMemory.Use(Arena.Open(file.Number));
        for (uint slot = 0; slot < ScopeMemory.MostParticipants; slot++)
        {
            memory.Participant(slot)->Occupant = memory.Participant(memory.Own)->Occupant;
        }

        ScopeCapacityException error = Assert.Throws<ScopeCapacityException>(() => ScopeMemory.Use(Arena.Open(file.Number)));

        Assert.Contains("1024", error.Message);
    }

    [Fact]
    public void Release_WithoutARecordForTheReleaser_LetsTheNextOnePass()
    {
        using Descriptor file = NewFile();
        ScopeMemory memory = ScopeMemory.Use(Arena.Open(file.Number));
        var scope = new ProcessScope(memory, 1, "full");
        ILock gate = scope.CreateLock();
        Hold hold = gate.Acquire();
        Task<bool> next = OnThread(() =>
        {
            gate.Acquire().Release();
            Agents.EndThread();
        });
        UntilWaiting(gate, 1);
        memory.EnterAllocation();
        uint free = memory.Header->FreeAgent;
        uint top = memory.Header->AgentTop;
        memory.Header->FreeAgent = 0;
        memory.Header->AgentTop = ScopeMemory.MostAgents;
        memory.ExitAllocation();

        Task<ScopeCapacityException> stranger = OnThread(() => Assert.Throws<ScopeCapacityException>(() => gate.Acquire()));
        Assert.Contains("65", End(stranger).Message[..40]);
        End(OnThread(hold.Release));

        Assert.True(End(next));
        (memory.Header->FreeAgent, memory.Header->AgentTop) = (free, top);
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public void Finalize_OfASemaphoreWithALeakedPermit_LeavesNothingForTheNextOfItsNumber()
    {
        ScopeMemory memory = ScopeMemory.Private;
        Task<(uint, bool)> leak = OnThread(() =>
        {
            uint index = LeakAPermit(Scope);
            Until(() =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return memory.Object(index)->Kind != ObjectKind.Semaphore;
            });
            bool isForgotten = !Array.Exists(HoldList.Copy(memory, Agents.Current(memory).Record), hold => HoldEntry.Object(hold.Entry) == index);
            Agents.EndThread();
            return (index, isForgotten);
        });

        Assert.True(End(leak).Item2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint LeakAPermit(IScope scope)
    {
        ISemaphore semaphore = scope.CreateSemaphore(1);
        _ = semaphore.Acquire();
        return ((Synchronizer)semaphore).Index;
    }

    private static Descriptor NewFile()
    {
        Descriptor file = MemoryFile.Create("scope-memory", Capacity);
        Arena.WriteHeader(file, Capacity, slots: 0);
        return file;
    }
}
