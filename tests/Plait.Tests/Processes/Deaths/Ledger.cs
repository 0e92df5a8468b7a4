using System.IO.MemoryMappedFiles;

namespace Plait.Tests.Processes.Deaths;

/// <summary>How often each task began and ended, in whatever process: a file that all of them map. What is counted in a process that is then killed stays counted.</summary>
internal sealed unsafe class Ledger : IDisposable
{
    private static Ledger? s_here;

    private readonly string _path;
    private readonly bool _isOwner;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int* _counts;

    private Ledger(string path, long bytes, bool isOwner)
    {
        _path = path;
        _isOwner = isOwner;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, bytes);
        _view = _file.CreateViewAccessor();
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _counts = (int*)start;
    }

    public string Path => _path;

    public static Ledger Create(int tasks) =>
        new(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"plait-ledger-{Guid.NewGuid():N}"), tasks * 2L * sizeof(int), isOwner: true);

    /// <summary>In a worker: counts a beginning.</summary>
    public static void Begin(string path, int task) => Interlocked.Increment(ref Here(path)._counts[task * 2]);

    /// <summary>In a worker: counts an end.</summary>
    public static void End(string path, int task) => Interlocked.Increment(ref Here(path)._counts[(task * 2) + 1]);

    public (int Begun, int Ended) this[int task] => (Volatile.Read(ref _counts[task * 2]), Volatile.Read(ref _counts[(task * 2) + 1]));

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        if (_isOwner)
        {
            File.Delete(_path);
        }
    }

    private static Ledger Here(string path)
    {
        if (s_here?._path != path)
        {
            s_here?.Dispose();
            s_here = new Ledger(path, 0, isOwner: false);
        }

        return s_here;
    }
}
