using Plait.Queues;
using Plait.Synchronization;

namespace Plait.Cli.Chapters.Queues;

/// <summary>A queue as it is built where there is none: a pipe in one direction, and a lock at each end so that several may put and get.</summary>
internal sealed class PipeQueue(PipeConnection<int> reader, PipeConnection<int> writer, ILock getting, ILock putting) : IDisposable
{
    public static PipeQueue Create(IScope scope)
    {
        (PipeConnection<int> reader, PipeConnection<int> writer) = Pipe.CreateSimplex<int>();
        return new PipeQueue(reader, writer, scope.CreateLock(), scope.CreateLock());
    }

    public void Put(int item)
    {
        using Hold hold = putting.Acquire();
        writer.Send(item);
    }

    public int Get()
    {
        using Hold hold = getting.Acquire();
        return reader.Receive();
    }

    public void Dispose()
    {
        reader.Dispose();
        writer.Dispose();
    }
}
