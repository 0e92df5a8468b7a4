using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

/// <summary>The records of queues are where docs/design/queues.md says.</summary>
public sealed class QueueLayoutTests
{
    [Fact]
    public void QueueControl_Layout_IsAsSpecified() => LayoutTests.CheckStruct<QueueControl>("queues.md", 640);

    [Fact]
    public void QueueHand_Layout_IsAsSpecified() => LayoutTests.CheckStruct<QueueHand>("queues.md", 64);

    [Fact]
    public void PayloadSlot_Layout_IsAsSpecified() => LayoutTests.CheckStruct<PayloadSlot>("queues.md", 16);

    [Fact]
    public void PrioritySlot_Layout_IsAsSpecified() => LayoutTests.CheckStruct<PrioritySlot>("queues.md", 16);

    [Fact]
    public void PriorityEntry_Layout_IsAsSpecified() => LayoutTests.CheckStruct<PriorityEntry>("queues.md", 16);
}
