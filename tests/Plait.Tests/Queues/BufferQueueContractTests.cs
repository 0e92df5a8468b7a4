using Plait.Memory;
using Plait.Queues;
using Plait.Tests.Synchronization;

namespace Plait.Tests.Queues;

public sealed class ThreadScopeBufferQueueTests() : BufferQueueContract<byte>(Setting.Threads, 64);

public sealed class ThreadScopeGrowingBufferQueueTests() : BufferQueueContract<double>(Setting.Threads, Capacity.Unbounded);

public sealed class BufferQueueBetweenProcessesTests() : BufferQueueContract<byte>(Setting.Processes, 64);

public sealed class GrowingBufferQueueBetweenProcessesTests() : BufferQueueContract<Reading>(Setting.Mixed, Capacity.Unbounded);

public sealed class OneToOneBufferQueueBetweenProcessesTests() : BufferQueueContract<int>(Setting.Processes, 64, Promises.SingleProducer | Promises.SingleConsumer);

/// <summary>What every queue does, of buffers that are in the memory though the scope is a process's own.</summary>
public sealed class ThreadScopeQueueOfBuffersTests() : QueueContract<double[]>(Setting.Threads, new QueueKind(QueueOrder.Fifo, 64, IsOfBuffers: true));

public sealed class ThreadScopeGrowingQueueOfBuffersTests() : QueueContract<byte[]>(Setting.Threads, new QueueKind(QueueOrder.Fifo, Capacity.Unbounded, IsOfBuffers: true));
