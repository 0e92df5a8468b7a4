using Plait.Interop;
using Plait.Memory;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.Tests.Synchronization.Deaths;

/// <summary>
/// A shared memory for one trial, of which the process that makes it only has the file: it joins no more than it is told to, so
/// who recovers what is decided by the trial alone. Others find it through /proc.
/// </summary>
internal sealed class Ground : IDisposable
{
    // Room for all records but objects, and for thousands of those.
    private const long Capacity = 64L << 20;

    private readonly Descriptor _file = MemoryFile.Create("trial", Capacity);

    public Ground() => Arena.WriteHeader(_file, Capacity, slots: 0);

    public string Path => $"/proc/{Environment.ProcessId}/fd/{_file.Number}";

    /// <summary>Takes part in the memory, as long as this process lives.</summary>
    public static ProcessScope Join(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        return new ProcessScope(ScopeMemory.Use(Arena.Open((int)file.DangerousGetHandle())), 1, "trial");
    }

    public void Dispose() => _file.Dispose();
}
