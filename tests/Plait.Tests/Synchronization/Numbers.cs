using System.IO.MemoryMappedFiles;

namespace Plait.Tests.Synchronization;

/// <summary>
/// Whole numbers that units of every kind share, in a file that each of them maps: what a primitive under test is to protect,
/// and where units write down what they saw.
/// </summary>
internal sealed unsafe class Numbers : IDisposable
{
    private const int UsualLength = 16 * 1024;

    private readonly int _length;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int* _first;

    public Numbers(string path)
    {
        _length = (int)new FileInfo(path).Length;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, _length);
        _view = _file.CreateViewAccessor();
        byte* first = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref first);
        _first = (int*)first;
    }

    public int this[int index]
    {
        get => Volatile.Read(ref At(index));
        set => Volatile.Write(ref At(index), value);
    }

    /// <summary>What was appended so far, in order.</summary>
    public int[] Appended => [.. Enumerable.Range(1, this[0]).Select(index => this[index])];

    public static void Create(string path, int count = UsualLength / sizeof(int))
    {
        using FileStream file = File.Create(path);
        file.SetLength((long)count * sizeof(int));
    }

    /// <summary>Appends a number in one go; the first place counts.</summary>
    public static void Append(string path, int number)
    {
        using var numbers = new Numbers(path);
        numbers[numbers.Add(0)] = number;
    }

    /// <summary>Adds one in one go, and returns what it is then.</summary>
    public int Add(int index) => Interlocked.Increment(ref At(index));

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private ref int At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)(_length / sizeof(int)));
        return ref _first[index];
    }
}
