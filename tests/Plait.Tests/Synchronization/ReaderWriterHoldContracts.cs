using Plait.Synchronization;

namespace Plait.Tests.Synchronization;

/// <summary>The reading side of a reader-writer lock, which a writer blocks.</summary>
public abstract class ReadHoldContract : HoldContract
{
    private protected ReadHoldContract(Setting setting)
        : base(setting)
    {
    }

    private protected override Acquirable Create(string? name = null) => new AcquirableForReading(Scope.CreateReaderWriterLock(name));

    private protected override ValueTask<Hold> BlockAsync(Acquirable gate) => ((IReaderWriterLock)gate.Synchronizer).AcquireWriteAsync();
}

/// <summary>The writing side of a reader-writer lock.</summary>
public abstract class WriteHoldContract : HoldContract
{
    private protected WriteHoldContract(Setting setting)
        : base(setting)
    {
    }

    private protected override Acquirable Create(string? name = null) => new AcquirableForWriting(Scope.CreateReaderWriterLock(name));
}

public sealed class ThreadScopeReadHoldTests() : ReadHoldContract(Setting.Threads);

public sealed class ProcessScopeReadHoldTests() : ReadHoldContract(Setting.ThreadsOverSharedMemory);

public sealed class ThreadScopeWriteHoldTests() : WriteHoldContract(Setting.Threads);

public sealed class ProcessScopeWriteHoldTests() : WriteHoldContract(Setting.ThreadsOverSharedMemory);
