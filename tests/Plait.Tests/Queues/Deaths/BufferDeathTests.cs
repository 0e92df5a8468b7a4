using Plait.Processes;
using Plait.Queues;
using Plait.Tests.Execution;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Queues.Deaths;

/// <summary>What becomes of buffers whose writer or reader is killed.</summary>
public sealed class BufferDeathTests() : SynchronizationTest(Setting.Processes)
{
    private const int Length = 3_000;

    [Fact]
    public void Borrow_OfWhatAKilledProcessCommitted_HasItWhole()
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        IBufferQueue<long> queue = Scope.CreateBufferQueue<long>(8);
        using var gate = new Gate();
        Kill(gate, ChildProcess.Start(
            static (IBufferQueue<long> queue, string gate) =>
            {
                BufferReservation<long> first = queue.Reserve(Length);
                first.Span.Fill(7);
                first.Commit();
                BufferReservation<long> second = queue.Reserve(Length);
                second.Span.Fill(8);
                Gate.Pass(gate);
                GC.KeepAlive(second);
            },
            queue,
            gate.Path));

        // What was reserved and not committed is nobody's any more.
        Assert.Equal((1, 1L), (queue.Count, queue.GetStatistics().Puts));
        using (BufferLoan<long> loan = queue.Borrow())
        {
            Assert.Equal(Length, loan.Span.Length);
            Assert.False(loan.Span.ContainsAnyExcept(7L));
        }

        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    [Fact]
    public void Borrow_OfAKilledProcess_IsAbandonedAndItsMemoryFree()
    {
        HashSet<string> before = HeapAudit.Before(Scope);
        IBufferQueue<long> queue = Scope.CreateBufferQueue<long>();
        for (int i = 0; i < 3; i++)
        {
            using BufferReservation<long> reservation = queue.Reserve(Length);
            reservation.Span.Fill(i);
            reservation.Commit();
        }

        Task<bool> joiner = OnThread(() => queue.Join());
        using var gate = new Gate();
        Kill(gate, ChildProcess.Start(
            static (IBufferQueue<long> queue, string gate) =>
            {
                using BufferLoan<long> first = queue.Borrow();
                BufferLoan<long> second = queue.Borrow();
                queue.TaskDone();
                Gate.Pass(gate);
                GC.KeepAlive(second);
            },
            queue,
            gate.Path));

        Until(() => queue.UnfinishedTasks == 1);
        Assert.Equal(1, queue.GetStatistics().Abandoned);
        Assert.Equal(2, queue.Get()[0]);
        queue.TaskDone();
        Assert.True(End(joiner));
        Assert.Empty(HeapAudit.Since(Scope, before));
    }

    private static void Kill(Gate gate, ChildProcess victim)
    {
        using (victim)
        {
            _ = End(gate.NextAsync());
            victim.Kill();
            Assert.True(victim.Join(Waits.Hang));
        }
    }
}
