using Plait.Synchronization;

namespace Plait.Tests.Synchronization;

/// <summary>Where a contract is tried: in which scope, and what the units are that use its primitives together.</summary>
internal sealed class Setting
{
    public static readonly Setting Threads = new(isShared: false, static _ => false);

    public static readonly Setting ThreadsOverSharedMemory = new(isShared: true, static _ => false);

    public static readonly Setting Processes = new(isShared: true, static _ => true);

    /// <summary>A thread, a process, a thread and so on.</summary>
    public static readonly Setting Mixed = new(isShared: true, static unit => unit % 2 == 1);

    private readonly Func<int, bool> _isProcess;

    private Setting(bool isShared, Func<int, bool> isProcess)
    {
        IsShared = isShared;
        _isProcess = isProcess;
    }

    public bool IsShared { get; }

    public bool IsProcess(int unit) => _isProcess(unit);

    public IScope CreateScope(string? name = null) => IsShared ? ProcessScope.Create(name) : ThreadScope.Create(name);
}
