using System.Globalization;
using Plait.Memory;
using Plait.Synchronization.Engine;
using Xunit;

namespace Plait.Tests.Memory;

/// <summary>The records of the locks are where docs/design/locks.md says.</summary>
public sealed class LockLayoutTests
{
    [Fact]
    public void ScopeHeader_Layout_IsAsSpecified() => LayoutTests.CheckStruct<ScopeHeader>("locks.md", 4096);

    [Fact]
    public void ParticipantRecord_Layout_IsAsSpecified() => LayoutTests.CheckStruct<ParticipantRecord>("locks.md", 128);

    [Fact]
    public void AgentRecord_Layout_IsAsSpecified() => LayoutTests.CheckStruct<AgentRecord>("locks.md", 512);

    [Fact]
    public void ObjectRecord_Layout_IsAsSpecified() => LayoutTests.CheckStruct<ObjectRecord>("locks.md", 128);

    [Fact]
    public void SiteRecord_Layout_IsAsSpecified() => LayoutTests.CheckStruct<SiteRecord>("locks.md", 256);

    [Fact]
    public void NameRecord_Layout_IsAsSpecified() => LayoutTests.CheckStruct<NameRecord>("locks.md", 128);

    [Fact]
    public void OrderClassRecord_Layout_IsAsSpecified() => LayoutTests.CheckStruct<OrderClassRecord>("locks.md", 128);

    [Fact]
    public void OrderEdgeRecord_Layout_IsAsSpecified() => LayoutTests.CheckStruct<OrderEdgeRecord>("locks.md", 40);

    [Fact]
    public void StackRecord_Layout_IsAsSpecified() => LayoutTests.CheckStruct<StackRecord>("locks.md", 4096);

    [Fact]
    public void ScopeMemory_Limits_AreAsSpecified()
    {
        string text = Repository.Read("docs", "design", "locks.md");
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| agents at a time | {ScopeMemory.MostAgents:N0};"), text);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| processes at a time | {ScopeMemory.MostParticipants:N0} |"), text);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| holds of a unit | {AgentRecord.HoldSlots} in its record"), text);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| names | {ScopeMemory.MostNames:N0} of 1 to {NameRecord.NameBytes} bytes |"), text);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| sites | {ScopeMemory.MostSites - 1:N0};"), text);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| permits | {SemaphoreProtocol.Most:N0} |"), text);
    }
}
