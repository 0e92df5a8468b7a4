using Plait.Memory;
using Plait.Synchronization.Engine;
using Xunit;

namespace Plait.Tests.Memory;

/// <summary>The records of the heap and of shared data are where docs/design says.</summary>
public sealed class SharedDataLayoutTests
{
    [Fact]
    public void HeapBlock_Layout_IsAsSpecified() => LayoutTests.CheckStruct<HeapBlock>("heap.md", 64);

    [Fact]
    public void SharedDataHeader_Layout_IsAsSpecified() => LayoutTests.CheckStruct<SharedDataHeader>("heap.md", 256);

    [Fact]
    public void DictionaryStripe_Layout_IsAsSpecified() => LayoutTests.CheckStruct<DictionaryStripe>("shared-data.md", 192);

    [Fact]
    public void DictionaryEntry_Layout_IsAsSpecified() => LayoutTests.CheckStruct<DictionaryEntry>("shared-data.md", 40);

    [Fact]
    public void SharedDataHeader_Holders_HaveABitForEachProcess() =>
        Assert.Equal(ScopeMemory.MostParticipants, SharedDataHeader.HolderWords * 64);

    [Fact]
    public void CrashPoint_NumbersOfHeapAndSharedData_AreAsSpecified()
    {
        string text = Repository.Read("docs", "design", "heap.md") + Repository.Read("docs", "design", "shared-data.md");
        foreach (CrashPoint point in Enum.GetValues<CrashPoint>())
        {
            if ((int)point is (>= 97 and <= 100) or (>= 150 and <= 164))
            {
                Assert.Contains($"| {(int)point} `{point}` |", text, StringComparison.Ordinal);
            }
        }

        Assert.Contains($"with {DictionaryTable.Stripes} stripes", text, StringComparison.Ordinal);
    }
}
