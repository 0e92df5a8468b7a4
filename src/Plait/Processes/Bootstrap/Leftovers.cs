using System.Globalization;
using Plait.Interop;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// In a worker: what a task may leave behind where the next one would meet it, and puts it back. Looked at after every
/// task, so it costs next to nothing while nothing is changed: two references, and one system call for the directory.
/// </summary>
internal sealed class Leftovers
{
    /// <summary>No thread is started in less; the system is asked for threads only after longer tasks.</summary>
    public const long ShortestThreadStart = 20_000;

    /// <summary>No change of directory takes less, a system call that walks a path; asking for it would be the dearest part of a tiny task.</summary>
    private const long ShortestDirectoryChange = 150;

    /// <summary>Thread.Join returns a little before the system has let go of the thread.</summary>
    private const long LongestThreadEnd = 20_000_000;

    private readonly byte[] _directory = new byte[4096];
    private readonly byte[] _now = new byte[4096];
    private readonly int _directoryLength;
    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;
    private readonly CultureInfo _uiCulture = CultureInfo.CurrentUICulture;
    private readonly CultureInfo? _defaultCulture = CultureInfo.DefaultThreadCurrentCulture;
    private readonly CultureInfo? _defaultUiCulture = CultureInfo.DefaultThreadCurrentUICulture;
    private readonly bool _seesThreads;
    private int _threads;
    private ConsoleLeftovers? _console;
    private volatile bool _hasConsole;

    public Leftovers(bool seesThreads)
    {
        _directoryLength = ProcessState.GetCurrentDirectory(_directory);
        _seesThreads = seesThreads;
        _threads = seesThreads ? ProcessState.CountUserThreads() : 0;

        // Console is dear to start and most workers never use it: it is looked at from the day its assembly is loaded.
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) =>
            _hasConsole |= loaded.LoadedAssembly.GetName().Name == "System.Console";
        foreach (System.Reflection.Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            _hasConsole |= assembly.GetName().Name == "System.Console";
        }
    }

    /// <summary>Threads of the task's own. One that is just ending, or has not got its name from the runtime yet, is given a moment.</summary>
    private int CountThreads()
    {
        int threads = ProcessState.CountUserThreads();
        long end = MonotonicClock.Now + LongestThreadEnd;
        var wait = new SpinWait();
        while (threads > _threads && MonotonicClock.Now < end)
        {
            wait.SpinOnce();
            threads = ProcessState.CountUserThreads();
        }

        return threads;
    }

    /// <summary>Puts everything back; says what there was, null when there was nothing.</summary>
    /// <param name="elapsed">How long the task's function ran, in nanoseconds.</param>
    public string? Reset(long elapsed)
    {
        string? found = null;
        if (elapsed > ShortestDirectoryChange && HasMoved())
        {
            ProcessState.SetCurrentDirectory(_directory);
            found = "the current directory";
        }

        if (!ReferenceEquals(CultureInfo.CurrentCulture, _culture) || !ReferenceEquals(CultureInfo.CurrentUICulture, _uiCulture)
            || !ReferenceEquals(CultureInfo.DefaultThreadCurrentCulture, _defaultCulture)
            || !ReferenceEquals(CultureInfo.DefaultThreadCurrentUICulture, _defaultUiCulture))
        {
            CultureInfo.CurrentCulture = _culture;
            CultureInfo.CurrentUICulture = _uiCulture;
            CultureInfo.DefaultThreadCurrentCulture = _defaultCulture;
            CultureInfo.DefaultThreadCurrentUICulture = _defaultUiCulture;
            found = "a culture";
        }

        if (_hasConsole)
        {
            _console ??= new ConsoleLeftovers();
            found = _console.Reset() ? "a redirected console" : found;
        }

        if (_seesThreads && elapsed > ShortestThreadStart)
        {
            int threads = CountThreads();
            found = threads > _threads ? "a thread" : found;
            _threads = Math.Min(_threads, threads);
        }

        return found;
    }

    private bool HasMoved()
    {
        int length = ProcessState.GetCurrentDirectory(_now);
        return length != _directoryLength || !_now.AsSpan(0, length).SequenceEqual(_directory.AsSpan(0, _directoryLength));
    }
}
