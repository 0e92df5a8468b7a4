using Plait.Memory;
using Plait.Processes;
using Plait.SharedData;
using Plait.Synchronization;
using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.SharedData;

/// <summary>What a <see cref="SharedMemoryBlock"/> keeps, with a name and without.</summary>
public sealed class SharedMemoryBlockTests() : SynchronizationTest(Setting.Processes)
{
    private readonly string _name = $"block-{Guid.NewGuid():N}";

    private string Path => System.IO.Path.Combine(PrivateFolder.Default, _name + ".block");

    [Fact]
    public void Create_WithoutAName_GivesZerosThatAChildSees()
    {
        using SharedMemoryBlock block = SharedMemoryBlock.Create(512);
        Assert.Equal((512, false), (block.Size, block.IsNamed));
        Assert.Equal(-1, block.Span.IndexOfAnyExcept((byte)0));
        block.Span[0] = 42;

        Assert.Equal(42, End(Start(ReadAndWrite, block)));

        Assert.Equal(43, block.Span[511]);
        Assert.Equal(43, block.Memory.Span[511]);
    }

    [Fact]
    public void Create_WithAName_GivesZerosThatOthersOpen()
    {
        using SharedMemoryBlock block = SharedMemoryBlock.Create(_name, 512);
        Assert.Equal((512, true, _name), (block.Size, block.IsNamed, block.Name));
        Assert.Equal(-1, block.Span.IndexOfAnyExcept((byte)0));
        block.Span[0] = 42;

        using (SharedMemoryBlock same = SharedMemoryBlock.Open(_name))
        {
            same.Span[1] = same.Span[0];
        }

        Assert.Equal("42 42", End(Start(
            static (string name) =>
            {
                using SharedMemoryBlock block = SharedMemoryBlock.Open(name);
                block.Span[511] = 43;
                return $"{block.Span[0]} {block.Span[1]}";
            },
            _name)));

        Assert.Equal(43, block.Span[511]);
    }

    [Fact]
    public void Start_WithANamedBlock_HandsItOver()
    {
        using SharedMemoryBlock block = SharedMemoryBlock.Create(_name, 512);
        block.Span[0] = 42;

        Assert.Equal(42, End(Start(ReadAndWrite, block)));

        Assert.Equal(43, block.Span[511]);
    }

    [Fact]
    public void Create_OfANameThatIsUsed_IsRefused()
    {
        using SharedMemoryBlock block = SharedMemoryBlock.Create(_name, 10);

        Assert.Contains(_name, Assert.Throws<IOException>(() => SharedMemoryBlock.Create(_name, 10)).Message, StringComparison.Ordinal);
        Assert.Contains("10 bytes, not 11", Assert.Throws<ArgumentException>(() => SharedMemoryBlock.OpenOrCreate(_name, 11)).Message, StringComparison.Ordinal);
        using SharedMemoryBlock same = SharedMemoryBlock.OpenOrCreate(_name, 10);
        same.Span[9] = 1;
        Assert.Equal(1, block.Span[9]);
    }

    [Fact]
    public void Open_OfANameThatNobodyUses_IsRefused() =>
        Assert.Contains(_name, Assert.Throws<FileNotFoundException>(() => SharedMemoryBlock.Open(_name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("../up")]
    [InlineData("white space")]
    public void Create_WithABadName_IsRefused(string name)
    {
        Assert.Contains($"'{name}'", Assert.Throws<ArgumentException>(() => SharedMemoryBlock.Create(name, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SharedMemoryBlock.Open(name));
        Assert.Throws<ArgumentException>(() => SharedMemoryBlock.OpenOrCreate(name, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1L << 31)]
    public void Create_WithABadSize_IsRefused(long size)
    {
        Assert.Equal(size, Assert.Throws<ArgumentOutOfRangeException>(() => SharedMemoryBlock.Create(size)).ActualValue);
        Assert.Equal(size, Assert.Throws<ArgumentOutOfRangeException>(() => SharedMemoryBlock.Create(_name, size)).ActualValue);
        Assert.Equal(size, Assert.Throws<ArgumentOutOfRangeException>(() => SharedMemoryBlock.OpenOrCreate(_name, size)).ActualValue);
    }

    [Fact]
    public void Dispose_OfTheLastOne_RemovesIt()
    {
        SharedMemoryBlock first = SharedMemoryBlock.Create(_name, 100);
        SharedMemoryBlock second = SharedMemoryBlock.Open(_name);
        Assert.True(File.Exists(Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));

        first.Dispose();
        first.Dispose();
        Assert.True(File.Exists(Path));
        Assert.Throws<ObjectDisposedException>(() => first.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => first.Memory.Length);
        Assert.Equal(100, second.Span.Length);
        second.Dispose();

        Assert.False(File.Exists(Path));
        Assert.Throws<FileNotFoundException>(() => SharedMemoryBlock.Open(_name));
    }

    [Fact]
    public void End_OfTheProcessThatMadeIt_LeavesItToOthers()
    {
        using SharedMemoryBlock mine = SharedMemoryBlock.Create(_name, 100);
        Assert.True(End(Start(
            static (string name) =>
            {
                SharedMemoryBlock.Open(name).Span[0] = 5;
                return true;
            },
            _name)));

        Assert.Equal(5, mine.Span[0]);
        Assert.True(File.Exists(Path));
    }

    [Fact]
    public void Death_OfAllWhoUsedIt_LeavesItToTheNextToRemove()
    {
        using SharedValue<int> ready = Scope.CreateValue(0);
        using var child = ChildProcess.Start(
            static (string name, SharedValue<int> ready) =>
            {
                SharedMemoryBlock block = SharedMemoryBlock.Create(name, 100);
                block.Span[0] = 1;
                ready.Value = 1;
                Processes.InChild.WaitForever();
                block.Dispose();
            },
            _name,
            ready);
        Until(() => ready.Value == 1);
        child.Kill();
        child.Join();

        using SharedMemoryBlock another = SharedMemoryBlock.Create(_name + "-other", 1);

        Assert.False(File.Exists(Path));
        using SharedMemoryBlock again = SharedMemoryBlock.Create(_name, 100);
        Assert.Equal(0, again.Span[0]);
    }

    [Fact]
    public void Create_OfOneNameByManyUnits_IsDoneByOne()
    {
        string[] seen = End(StartMany(3, MakeMany, _name));

        Assert.All(seen, static one => Assert.StartsWith("fine", one, StringComparison.Ordinal));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void Open_OfAFileThatIsNoBlock_IsRefused()
    {
        PrivateFolder.Prepare(PrivateFolder.Default);
        File.WriteAllBytes(Path, new byte[100]);
        using FileStream used = File.Open(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            Assert.Throws<UnauthorizedAccessException>(() => SharedMemoryBlock.Open(_name));
            Assert.Throws<UnauthorizedAccessException>(() => SharedMemoryBlock.Create(_name, 1));
        }
        finally
        {
            used.Dispose();
            File.Delete(Path);
            if (!Directory.EnumerateFileSystemEntries(PrivateFolder.Default).Any())
            {
                Directory.Delete(PrivateFolder.Default);
            }
        }
    }

    [Fact]
    public void Lock_OfANamedBlock_IsRefusedWithAWayOut()
    {
        using SharedMemoryBlock named = SharedMemoryBlock.Create(_name, 1);
        using SharedMemoryBlock block = SharedMemoryBlock.Create(1);

        Assert.Contains(nameof(ProcessScope), Assert.Throws<NotSupportedException>(() => named.Lock).Message, StringComparison.Ordinal);
        using Hold hold = block.Lock.Acquire();
        Assert.True(block.Lock.IsHeldByCaller);
    }

    private static int ReadAndWrite(SharedMemoryBlock block)
    {
        int first = block.Span[0];
        block.Span[^1] = (byte)(first + 1);
        block.Dispose();
        return first;
    }

    private static string MakeMany(string name)
    {
        int made = 0;
        for (int i = 0; i < 60; i++)
        {
            using SharedMemoryBlock block = SharedMemoryBlock.OpenOrCreate(name, 64);
            Span<byte> all = block.Span;
            made += all[0] == 0 ? 1 : 0;
            all[0] = 1;
        }

        return $"fine {made}";
    }
}
