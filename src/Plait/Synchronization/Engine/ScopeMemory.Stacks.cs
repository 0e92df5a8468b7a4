using System.Text;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <content>The stacks of threads that wait, each told by the thread itself: nobody else can see it.</content>
internal sealed unsafe partial class ScopeMemory
{
    public const int MostStacks = 128;

    public StackRecord* Stack(int index) => (StackRecord*)(_base + StacksOffset) + Math.Clamp(index, 0, MostStacks - 1);

    /// <summary>Writes down where the agent, which waits, stands. When all places are taken by others that wait, it does not.</summary>
    public void TellStack(Agent agent, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, StackRecord.TextBytes);
        EnterAllocation();
        for (int i = 0; i < MostStacks; i++)
        {
            StackRecord* record = Stack(i);
            if (IsOfItsWait(record))
            {
                continue;
            }

            // Full fences: whoever copies the text meanwhile finds another owner afterwards.
            Interlocked.Exchange(ref record->Owner, 0);
            record->Length = length;
            bytes.AsSpan(0, length).CopyTo(new Span<byte>(record->Text, StackRecord.TextBytes));
            record->Sequence = agent.Record->Sequence;
            Volatile.Write(ref record->Owner, OwnerOf(agent.Index));
            break;
        }

        ExitAllocation();
    }

    /// <summary>Where the agent stands in its present wait, as it told; null when it did not.</summary>
    public string? StackOf(uint agent)
    {
        ulong owner = OwnerOf(agent);
        for (int i = 0; i < MostStacks; i++)
        {
            StackRecord* record = Stack(i);
            if (Volatile.Read(ref record->Owner) == owner && IsOfItsWait(record))
            {
                string text = Encoding.UTF8.GetString(record->Text, Math.Clamp(record->Length, 0, StackRecord.TextBytes));
                Interlocked.MemoryBarrier();
                return Volatile.Read(ref record->Owner) == owner ? text : null;
            }
        }

        return null;
    }

    private ulong OwnerOf(uint agent) => agent | ((ulong)Agent(agent)->Generation << 32);

    private bool IsOfItsWait(StackRecord* record)
    {
        ulong owner = Volatile.Read(ref record->Owner);
        AgentRecord* agent = Agent((uint)owner);
        return owner != 0 && OwnerOf((uint)owner) == owner && agent->WaitObject != 0 && agent->Sequence == record->Sequence;
    }
}
