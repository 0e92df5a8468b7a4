using System.Globalization;
using Plait.Codecs;
using Plait.Memory;
using Plait.Processes.Managers;
using Plait.Synchronization;

namespace Plait.Processes;

/// <summary>
/// A server process that owns ordinary .NET objects. Others call them through proxies that implement a contract, an interface with <see cref="ManagedContractAttribute"/>:
/// the method runs in the server, and what it returns or throws comes back. Proxies, and the manager itself, can be handed to any process of the program.
/// Thread-safe.
/// </summary>
/// <remarks>
/// An object lives as long as some process has a proxy of it, then it is disposed; and as long as the server, which ends with the process that started it.
/// Guide: docs/manager.md.
/// </remarks>
public sealed partial class Manager : IDisposable, IAsyncDisposable
{
    private static int s_started;

    private readonly ChildProcess? _server;
    private readonly TimeSpan _grace;
    private int _isDisposed;

    private Manager(ManagerClient client, ChildProcess server)
        : this(client)
    {
        _server = server;
        _grace = server.Options.Grace;
    }

    /// <summary>One that came from another process.</summary>
    internal Manager(ManagerClient client) => Client = client;

    /// <summary>The manager's name.</summary>
    public string Name => Client.Address.Name;

    /// <summary>The process id of its server.</summary>
    public int Pid => Client.Address.Pid;

    /// <summary>How the server ended; null while it runs, and in a process that did not start it.</summary>
    public ChildOutcome? Outcome => _server?.Outcome;

    internal ManagerClient Client { get; }

    /// <summary>Starts a server. Blocks until it takes calls: some 100 ms, most of it the start of a process.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The manager; the server ends when it is disposed, and with this process at the latest.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process may not start children.</exception>
    /// <exception cref="ChildStartException">The system refused to start the process.</exception>
    /// <exception cref="ChildFailedException">The server ended before it took calls.</exception>
    /// <exception cref="IOException">The folder for its socket cannot be used, or its path is too long.</exception>
    public static Manager Start(ManagerOptions? options = null)
    {
        options ??= new ManagerOptions();
        options.Validate();
        ChildProcessOptions process = options.Process.Copy();
        process.Name = options.Name ?? process.Name ?? string.Create(CultureInfo.InvariantCulture, $"manager-{Interlocked.Increment(ref s_started)}");
        process.IsDaemon = true;
        PrivateFolder.Prepare(PrivateFolder.Default);
        ManagerSockets.RemoveForsaken();
        var id = Guid.NewGuid();
        string path = ManagerAddress.PathFor(id);
        using var scope = ProcessScope.Create();
        using IEvent ready = scope.CreateEvent();
        ChildProcess server = ChildProcess.Start(ManagerServer.Run, new ManagerSettings(id, path, process.Name, options.Concurrency, process.Grace, ready), process);
        try
        {
            Task isReady = ready.WaitAsync().AsTask();
            _ = Task.WaitAny(isReady, server.Exited);
            if (!isReady.IsCompleted)
            {
                // So that nobody waits in the scope any more when it goes.
                ready.Set();
                isReady.Wait();
                throw new ChildFailedException(server.Outcome!);
            }

            var client = ManagerClient.For(new ManagerAddress(id, path, process.Name, server.Pid), options.CallTimeout);
            client.Server = server;
            _ = client.Connected();
            return new Manager(client, server);
        }
        catch
        {
            server.Dispose();
            ManagerSockets.Remove(path);
            throw;
        }
    }

    /// <summary>Makes an object in the server.</summary>
    /// <typeparam name="TContract">The contract that callers see it by.</typeparam>
    /// <param name="factory">Makes the object; runs in the server. What it captures travels as a copy; a proxy of this manager that it captures is the object itself there.</param>
    /// <param name="concurrency">How calls to it meet; null: as the manager's options say.</param>
    /// <returns>A proxy. Disposing it, or letting the collector take it, lets go of the object.</returns>
    /// <exception cref="ArgumentException"><typeparamref name="TContract"/> is no contract.</exception>
    /// <exception cref="CannotTravelException">The factory, or something it captures, cannot travel; the message names it.</exception>
    /// <exception cref="ManagerDiedException">The server is gone.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="ManagerOptions.CallTimeout"/>.</exception>
    public TContract Create<TContract>(Func<TContract> factory, ManagedConcurrency? concurrency = null)
        where TContract : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        ManagedContract contract = ContractTable.Get(typeof(TContract));
        ManagedCall call = Client.Begin(RequestKind.Create, contract);
        try
        {
            call.Body.WriteByte((byte)(concurrency ?? (ManagedConcurrency)byte.MaxValue));
            FunctionReference.Write(call.Body, factory, call.Arguments);
            call.Function = factory.Method;
        }
        catch
        {
            Client.Return(call);
            throw;
        }

        return (TContract)(object)ManagedProxy.Create(contract, new ManagedReference(Client, call.ExchangeForObject()));
    }

    /// <summary>What the server has done so far. Asks it.</summary>
    /// <returns>A snapshot.</returns>
    /// <exception cref="ManagerDiedException">The server is gone.</exception>
    /// <exception cref="TimeoutException">It did not answer within <see cref="ManagerOptions.CallTimeout"/>.</exception>
    public ManagerStatistics GetStatistics()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        long[] numbers = Client.Begin(RequestKind.Statistics).Invoke<long[]>();
        return numbers.Length == 8
            ? new ManagerStatistics(numbers[0], numbers[1], numbers[4], numbers[5], numbers[6], numbers[7], Time(numbers[0] == 0 ? 0 : numbers[2] / numbers[0]), Time(numbers[3]))
            : throw new InvalidDataException($"{Client.Address} sent {numbers.Length} numbers where 8 belong.");

        static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>
    /// In the process that started it: ends the manager. Tokens of calls under way are cancelled, objects are disposed, the server ends, by force after the grace.
    /// Later calls in this process throw <see cref="ObjectDisposedException"/>, in others <see cref="ManagerDiedException"/>. In another process: only this
    /// object is not to be used any more. Blocks until the server is gone.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0 || _server is null)
        {
            return;
        }

        try
        {
            Client.Begin(RequestKind.Shutdown).InvokeWithin(_grace + TimeSpan.FromSeconds(2));
        }
        catch (Exception error) when (error is ManagerDiedException or TimeoutException)
        {
            // Gone already, or it takes force.
        }

        Client.Close();
        _ = _server.Join(_grace);
        _server.Dispose();
        ManagerSockets.Remove(Client.Address.Path);
    }

    /// <summary>As <see cref="Dispose"/>, on a thread of the pool.</summary>
    /// <returns>Completes when the server is gone.</returns>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    /// <summary>Name and pid, for messages.</summary>
    public override string ToString() => $"'{Name}' (pid {Pid})";
}
