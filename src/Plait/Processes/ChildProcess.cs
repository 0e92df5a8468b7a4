using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plait.Codecs;
using Plait.Interop;
using Plait.Queues;

namespace Plait.Processes;

/// <summary>
/// A C# function running in a process of its own. Start one from a function with <c>ChildProcess.Start(…)</c>, or derive
/// from this class (or from <see cref="ChildProcess{TResult}"/>) and override <see cref="Run"/>: the fields of the derived
/// class travel to the child, and nothing that the child does to them comes back.
/// <para>
/// The child has its own memory, its own statics and its own process group. It ends when its function ends: threads the
/// function left behind do not keep it alive. Whatever happens to this process, the child does not outlive it.
/// </para>
/// Members are safe for several threads.
/// </summary>
public partial class ChildProcess : IReadySource, IDisposable, IAsyncDisposable
{
    private static int s_lastNumber;

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _exited = new(initialState: false);
    private readonly TaskCompletionSource _exitedTask = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private ChildRun? _run;
    private bool _isDaemon;
    private bool _isStarting;
    private bool _isDisposed;

    /// <summary>For a derived class that overrides <see cref="Run"/>. The child is started by <see cref="Start()"/>.</summary>
    /// <param name="options">How the child is started; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    protected ChildProcess(ChildProcessOptions? options = null)
        : this(work: null, options)
    {
    }

    internal ChildProcess(ChildWork? work, ChildProcessOptions? options)
    {
        Options = options?.Copy() ?? new ChildProcessOptions();
        Options.Validate();
        Work = work;
        Name = Options.Name ?? $"child-{Interlocked.Increment(ref s_lastNumber)}";
        _isDaemon = Options.IsDaemon;
    }

    /// <summary>The child's name: in messages, forwarded output and process listings.</summary>
    public string Name { get; }

    /// <summary>The child's process id.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public int Pid => Started().Process.Pid;

    /// <summary>The id of the process that starts the child: this one.</summary>
    public int ParentPid => ProcessCalls.CurrentPid;

    /// <summary>Whether the child is ended when this process's main code ends, instead of being waited for. Settable before the start only.</summary>
    /// <exception cref="InvalidOperationException">Set after the start.</exception>
    public bool IsDaemon
    {
        get
        {
            lock (_gate)
            {
                return _isDaemon;
            }
        }

        set
        {
            lock (_gate)
            {
                if (_run is not null || _isStarting)
                {
                    throw new InvalidOperationException($"IsDaemon of child '{Name}' was set to {value} after its start; set it before, or in the options.");
                }

                _isDaemon = value;
            }
        }
    }

    /// <summary>Whether the child has been started and has not ended. False the moment its end is known.</summary>
    public bool IsAlive => Run_OrNull() is { IsDead: false };

    /// <summary>Set when the child has ended: to wait for several at once, or together with other handles.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public WaitHandle Sentinel
    {
        get
        {
            _ = Started();
            return _exited.WaitHandle;
        }
    }

    /// <summary>How the child ended; null while it has not.</summary>
    public ChildOutcome? Outcome => _exited.IsSet ? Run_OrNull()?.Outcome : null;

    /// <summary>The stream that the child reads as its standard input, when <see cref="ChildProcessOptions.StandardInput"/> is <see cref="ChildInput.Pipe"/>; else null.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public Stream? StandardInput => Started().Streams.Input;

    /// <summary>The child's standard output, when it is <see cref="ChildOutput.Pipe"/> and was not given to another child; else null.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public Stream? StandardOutput => Started().Streams.Output;

    /// <summary>The child's standard error, when it is <see cref="ChildOutput.Pipe"/>; else null.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public Stream? StandardError => Started().Streams.Error;

    /// <summary>Completes when the child has ended, however it ended. Never fails.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public Task Exited
    {
        get
        {
            _ = Started();
            return _exitedTask.Task;
        }
    }

    bool IReadySource.IsReady => Started().IsDead;

    SafeHandle? IReadySource.ReadyDescriptor => Started().Process.PidFd;

    internal ChildProcessOptions Options { get; }

    /// <summary>What the function's value is declared as; null when it returns none.</summary>
    internal virtual Type? ResultType => null;

    /// <summary>What it is to do; null in a derived class, and once it is started.</summary>
    internal ChildWork? Work { get; private set; }

    /// <summary>What the child does, in a derived class. Runs in the child, on its main thread.</summary>
    protected virtual void Run() =>
        throw new InvalidOperationException($"{GetType()} does not override Run, so child '{Name}' has nothing to do.");

    /// <summary>Starts the child and returns; it then boots on its own (some 50 ms). Blocks only while the system starts the process and while arguments larger than 64 KiB that are not plain arrays are read by it.</summary>
    /// <exception cref="InvalidOperationException">It was started before; or this process may not start children (it is a worker whose Main runs, or the tenth generation).</exception>
    /// <exception cref="CannotTravelException">The function, an argument or a captured value cannot travel; the message names it.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process; the message names the limit.</exception>
    public void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_run is not null || _isStarting)
            {
                throw new InvalidOperationException($"Child '{Name}' was started before. Create another one to run it again.");
            }

            _isStarting = true;
        }

        ChildRun? run = null;
        try
        {
            run = ChildLauncher.Launch(this, OnExited);
        }
        finally
        {
            lock (_gate)
            {
                _run = run;
                _isStarting = false;
            }
        }

        // Sent: what the function captured, and its arguments, are not kept alive for as long as the child is.
        Work = null;
        ChildRegistry.Add(this);
        run.Begin();
    }

    /// <summary>Blocks until the child has ended.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public void Join() => Join(Timeout.InfiniteTimeSpan);

    /// <summary>Blocks until the child has ended, for at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero to look only.</param>
    /// <param name="cancellationToken">Ends the wait; the child goes on.</param>
    /// <returns>True when the child has ended, false when the time was up. How it ended is not told by this: see <see cref="Outcome"/>.</returns>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or over 24 days.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public bool Join(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        CheckTimeout(timeout);
        _ = Started();
        return _exited.Wait(timeout, cancellationToken);
    }

    /// <summary>Completes when the child has ended, or after <paramref name="timeout"/>. Parks no thread.</summary>
    /// <param name="timeout">How long to wait; null or <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait; the child goes on.</param>
    /// <returns>True when the child has ended, false when the time was up.</returns>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative, or over 24 days.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<bool> JoinAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        TimeSpan limit = timeout ?? Timeout.InfiniteTimeSpan;
        CheckTimeout(limit);
        _ = Started();
        try
        {
            await _exitedTask.Task.WaitAsync(limit, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return _exited.IsSet;
        }
    }

    /// <summary>Completes when the child has ended, and fails as its function did.</summary>
    /// <returns>What <c>await child</c> needs.</returns>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public TaskAwaiter GetAwaiter() => CompleteAsync().GetAwaiter();

    /// <summary>Cancels the token of the child's function (<see cref="CurrentProcess.Cancellation"/> there). Cooperative: the function decides. Does nothing to a child that has ended.</summary>
    /// <exception cref="InvalidOperationException">The child has not been started, or is a foreign program.</exception>
    public void Cancel() => Started().Cancel();

    /// <summary>Sends SIGINT to the child and every process in its group.</summary>
    /// <returns>False when the child had ended.</returns>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public bool Interrupt() => Started().Process.Signal(Signals.Interrupt);

    /// <summary>Sends SIGTERM to the child and every process in its group. A .NET child ends at once, without running its exit handlers, unless its function handles the signal.</summary>
    /// <returns>False when the child had ended.</returns>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public bool Terminate() => Started().Process.Signal(Signals.Terminate);

    /// <summary>Sends SIGKILL to the child and every process in its group. Nothing can refuse it.</summary>
    /// <returns>False when the child had ended.</returns>
    /// <exception cref="InvalidOperationException">The child has not been started.</exception>
    public bool Kill() => Started().Process.Signal(Signals.Kill);

    /// <summary>Ends the child if it runs: SIGTERM, and SIGKILL when it has not ended after <see cref="ChildProcessOptions.Grace"/>. Blocks until it is reaped. Its <see cref="Outcome"/> stays readable.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (BeginDispose() is not { } run)
        {
            return;
        }

        if (!_exited.IsSet)
        {
            run.RequestEnd();
            if (!_exited.Wait(Options.Grace))
            {
                run.Process.Signal(Signals.Kill);
                _exited.Wait();
            }
        }

        run.Release();
    }

    /// <summary>As <see cref="Dispose"/>, without blocking a thread.</summary>
    /// <returns>Completes when the child is reaped.</returns>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (BeginDispose() is not { } run)
        {
            return;
        }

        if (!_exited.IsSet)
        {
            run.RequestEnd();
            if (!await JoinAsync(Options.Grace).ConfigureAwait(false))
            {
                run.Process.Signal(Signals.Kill);
                await _exitedTask.Task.ConfigureAwait(false);
            }
        }

        run.Release();
    }

    /// <summary>Name, pid and state, for messages.</summary>
    public override string ToString()
    {
        ChildRun? run = Run_OrNull();
        return run is null ? $"'{Name}' (not started)" : $"'{Name}' (pid {run.Process.Pid}, {(run.IsDead ? "ended" : "alive")})";
    }

    /// <summary>In the child: runs the overridden method and returns its value.</summary>
    internal virtual object? RunBoxed()
    {
        Run();
        return null;
    }

    /// <summary>Gives the read end of the child's output to another child.</summary>
    internal Descriptor TakeOutput() => Started().Streams.TakeOutput()
        ?? throw new InvalidOperationException(
            $"The output of child '{Name}' cannot be given to another child: start it with StandardOutput = ChildOutput.Pipe, give it away once, and do not read it.");

    internal ChildRun Started() => Run_OrNull()
        ?? throw new InvalidOperationException($"Child '{Name}' has not been started. Call Start() first.");

    private async Task CompleteAsync()
    {
        ChildRun run = Started();
        await _exitedTask.Task.ConfigureAwait(false);
        run.ThrowUnlessSuccessful();
    }

    private ChildRun? Run_OrNull()
    {
        lock (_gate)
        {
            return _run;
        }
    }

    private ChildRun? BeginDispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            return _run;
        }
    }

    // On the output thread or the dispatcher, whichever finished last.
    private void OnExited()
    {
        ChildRegistry.Remove(this);
        _exited.Set();
        _exitedTask.SetResult();
    }

    private static void CheckTimeout(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is zero or positive and at most 24 days, or Timeout.InfiniteTimeSpan.");
        }
    }
}
