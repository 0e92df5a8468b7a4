using Plait.Memory;
using Plait.Queues;
using Plait.Tests.Synchronization;

namespace Plait.Tests.Queues;

public sealed class ThreadScopeQueueTests() : QueueContract<int>(Setting.Threads, new QueueKind(QueueOrder.Fifo, 64));

public sealed class ThreadScopeGrowingQueueTests() : QueueContract<string>(Setting.Threads, new QueueKind(QueueOrder.Fifo, Capacity.Unbounded));

public sealed class ThreadScopeOneToOneQueueTests() : QueueContract<Reading>(Setting.Threads, new QueueKind(QueueOrder.Fifo, 64, Promises.SingleProducer | Promises.SingleConsumer));

public sealed class ThreadScopeManyToOneQueueTests() : QueueContract<Letter>(Setting.Threads, new QueueKind(QueueOrder.Fifo, 64, Promises.SingleConsumer));

public sealed class ThreadScopeOneToManyQueueTests() : QueueContract<int>(Setting.Threads, new QueueKind(QueueOrder.Fifo, 64, Promises.SingleProducer));

public sealed class ThreadScopeLifoQueueTests() : QueueContract<Letter>(Setting.Threads, new QueueKind(QueueOrder.Lifo, 64));

public sealed class ThreadScopeGrowingLifoQueueTests() : QueueContract<int>(Setting.Threads, new QueueKind(QueueOrder.Lifo, Capacity.Unbounded));

public sealed class ThreadScopePriorityQueueTests() : QueueContract<string>(Setting.Threads, new QueueKind(QueueOrder.Priority, 64));

public sealed class ThreadScopeGrowingPriorityQueueTests() : QueueContract<int>(Setting.Threads, new QueueKind(QueueOrder.Priority, Capacity.Unbounded));

/// <summary>Bytes as they are.</summary>
public sealed class QueueBetweenProcessesTests() : QueueContract<int>(Setting.Processes, new QueueKind(QueueOrder.Fifo, 64));

public sealed class GrowingQueueBetweenProcessesTests() : QueueContract<Reading>(Setting.Processes, new QueueKind(QueueOrder.Fifo, Capacity.Unbounded));

public sealed class OneToOneQueueBetweenProcessesTests() : QueueContract<int>(Setting.Processes, new QueueKind(QueueOrder.Fifo, 64, Promises.SingleProducer | Promises.SingleConsumer));

/// <summary>Encoded items, short ones.</summary>
public sealed class EncodedQueueBetweenProcessesTests() : QueueContract<string>(Setting.Processes, new QueueKind(QueueOrder.Fifo, 64));

public sealed class EncodedManyToOneQueueBetweenProcessesTests() : QueueContract<Letter>(Setting.Mixed, new QueueKind(QueueOrder.Fifo, 64, Promises.SingleConsumer));

public sealed class EncodedOneToManyQueueBetweenProcessesTests() : QueueContract<byte[]>(Setting.Mixed, new QueueKind(QueueOrder.Fifo, 64, Promises.SingleProducer));

/// <summary>Items in blocks of their own.</summary>
public sealed class GrowingQueueOfBlocksBetweenProcessesTests() : QueueContract<double[]>(Setting.Mixed, new QueueKind(QueueOrder.Fifo, Capacity.Unbounded));

public sealed class LifoQueueBetweenProcessesTests() : QueueContract<Reading>(Setting.Mixed, new QueueKind(QueueOrder.Lifo, 64));

public sealed class GrowingLifoQueueOfBlocksBetweenProcessesTests() : QueueContract<double[]>(Setting.Processes, new QueueKind(QueueOrder.Lifo, Capacity.Unbounded));

public sealed class PriorityQueueBetweenProcessesTests() : QueueContract<int>(Setting.Processes, new QueueKind(QueueOrder.Priority, 64));

public sealed class GrowingEncodedPriorityQueueBetweenProcessesTests() : QueueContract<Letter>(Setting.Mixed, new QueueKind(QueueOrder.Priority, Capacity.Unbounded));
