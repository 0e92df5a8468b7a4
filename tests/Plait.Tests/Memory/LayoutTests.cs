using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Memory;
using Xunit;

namespace Plait.Tests.Memory;

public sealed class LayoutTests
{
    [Fact]
    public void ArenaHeader_Layout_IsAsSpecified() => CheckStruct<ArenaHeader>("arena.md", 256);

    [Fact]
    public void ParticipantSlot_Layout_IsAsSpecified() => CheckStruct<ParticipantSlot>("arena.md", 128);

    [Fact]
    public void BulkBlock_Layout_IsAsSpecified() => CheckStruct<BulkBlock>("arena.md", 64);

    [Fact]
    public void ChannelState_Layout_IsAsSpecified() => CheckStruct<ChannelState>("channel.md", 640);

    [Fact]
    public void CallWords_Layout_IsAsSpecified() => CheckStruct<CallWords>("channel.md", 512);

    [Fact]
    public void CallWords_InTheirOnlyLane_LieOnNoOtherWord()
    {
        HashSet<int> state = [.. Offsets<ChannelState>()];
        int[] words = [.. Offsets<CallWords>().Select(static offset => ChannelLayout.OnlyLane + offset)];

        Assert.DoesNotContain(words, state.Contains);
        Assert.All(words, static offset => Assert.True(offset + 8 <= ChannelState.Size));
    }

    private static IEnumerable<int> Offsets<T>() =>
        typeof(T).GetFields(BindingFlags.Instance | BindingFlags.Public).Select(static field => (int)Marshal.OffsetOf<T>(field.Name));

    [Fact]
    public void RingControl_Layout_IsAsSpecified() => CheckStruct<RingControl>("channel.md", 640);

    [Fact]
    public void FrameHeader_Layout_IsAsSpecified() => CheckStruct<FrameHeader>("channel.md", 16);

    [Fact]
    public void ChannelLayout_Offsets_AreAsSpecified()
    {
        Dictionary<string, int> code = typeof(ChannelLayout).GetFields(BindingFlags.Static | BindingFlags.Public)
            .ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!);
        Dictionary<string, int> document = DocumentTable.Find("channel.md", nameof(ChannelLayout)).Rows
            .ToDictionary(row => row[0], row => Number(row[1]));
        Assert.Equal(document.OrderBy(pair => pair.Key), code.OrderBy(pair => pair.Key));
        Assert.Equal(139264, ChannelLayout.Size);
    }

    [Fact]
    public void ChannelLayout_Parts_DoNotOverlap()
    {
        (int Start, int Length)[] parts =
        [
            (0, ChannelState.Size),
            (ChannelLayout.FirstRing, RingControl.Size),
            (ChannelLayout.SecondRing, RingControl.Size),
            (ChannelLayout.FirstRingData, ChannelLayout.RingBytes),
            (ChannelLayout.SecondRingData, ChannelLayout.RingBytes),
            (ChannelLayout.Size, 0),
        ];
        for (int i = 1; i < parts.Length; i++)
        {
            Assert.True(parts[i - 1].Start + parts[i - 1].Length <= parts[i].Start, $"Part {i - 1} runs into part {i}.");
        }

        Assert.True(int.IsPow2(ChannelLayout.RingBytes));
        Assert.Equal(0, ChannelLayout.Size % 4096);
    }

    [Fact]
    public void CrashPoint_NumbersOfMemory_AreAsSpecified()
    {
        string[] documents = [Repository.Read("docs", "design", "arena.md"), Repository.Read("docs", "design", "channel.md")];
        foreach (CrashPoint point in Enum.GetValues<CrashPoint>())
        {
            string name = point.ToString();
            bool isOfMemory = name.StartsWith("Ring", StringComparison.Ordinal) || name.StartsWith("Bulk", StringComparison.Ordinal);
            if (isOfMemory)
            {
                Assert.Contains(documents, text => text.Contains($"| {(int)point} `{name}` |"));
            }
        }
    }

    // Both ways: every row is a field at that place, and every field has a row.
    internal static void CheckStruct<T>(string document, int size)
        where T : unmanaged
    {
        DocumentTable table = DocumentTable.Find(document, typeof(T).Name);
        Assert.Contains($", {size} bytes", table.Heading);
        Assert.Equal(size, Unsafe.SizeOf<T>());
        (string Name, int Offset, int Bytes)[] code =
        [
            .. typeof(T).GetFields(BindingFlags.Instance | BindingFlags.Public)
                .Select(field => (field.Name, (int)Marshal.OffsetOf<T>(field.Name), Marshal.SizeOf(field.FieldType.IsEnum ? Enum.GetUnderlyingType(field.FieldType) : field.FieldType)))
                .OrderBy(field => field.Item2),
        ];
        (string Name, int Offset, int Bytes)[] written = [.. table.Rows.Select(row => (row[2], Number(row[0]), Number(row[1])))];
        Assert.Equal(written, code);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
