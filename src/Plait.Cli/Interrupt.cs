using System.Runtime.InteropServices;

namespace Plait.Cli;

/// <summary>
/// Turns Ctrl+C and SIGTERM into a cancelled token, so that chapters end their children before the tool ends. A second
/// signal, or work that ignores the token for <see cref="Grace"/>, ends the process at once with the same exit code.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _source = new();
    private readonly TimeProvider _time;
    private readonly PosixSignalRegistration[] _registrations;
    private ITimer? _last;
    private int _exitCode;

    public Interrupt(TimeProvider time)
    {
        _time = time;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of the process: an interrupted run's says which signal came.</summary>
    public int Translate(int exitCode) => exitCode == ExitCode.Interrupted && _exitCode != 0 ? _exitCode : exitCode;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _last?.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        int code = context.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Interrupted;
        if (Interlocked.CompareExchange(ref _exitCode, code, 0) != 0)
        {
            Environment.Exit(_exitCode);
        }

        _last = _time.CreateTimer(_ => Environment.Exit(_exitCode), null, Grace, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }
}
