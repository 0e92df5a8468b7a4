using System.Diagnostics.CodeAnalysis;
using Plait.Coroutines;
using Plait.Coroutines.Engine;

namespace Plait.Execution.Local;

/// <summary>A loop of a <see cref="CoroutineHost"/>.</summary>
internal sealed class CoroutineWorker
{
    private readonly CoroutineHost _host;

    public CoroutineWorker(CoroutineHost host, EventLoop loop)
    {
        _host = host;
        Loop = loop;
        Clock = host.Slowest is { } slowest ? new CoroutineStopwatch(loop.Name, slowest) : null;
    }

    public EventLoop Loop { get; }

    public string Name => Loop.Name;

    /// <summary>Measures its tasks; null where nobody wants that.</summary>
    public CoroutineStopwatch? Clock { get; }

    /// <summary>Attempts that are under way or on their way here. Guarded by the host.</summary>
    public int Running { get; set; }

    /// <summary>Attempts that were given up and have not ended. Guarded by the host.</summary>
    public int Left { get; set; }

    /// <summary>Has the loop run the initializer, before anything else.</summary>
    public void Start() => Loop.Post(new Step((Action)Initialize, null, null));

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What the user's initializer throws breaks the executor, and is told by that.")]
    private void Initialize()
    {
        Clock?.OnStarted();
        try
        {
            _host.Options.Initializer?.Invoke();
            Clock?.OnReady();
        }
        catch (Exception error)
        {
            _host.Break(this, error);
        }
    }
}
