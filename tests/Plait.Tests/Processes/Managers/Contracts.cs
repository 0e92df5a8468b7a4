using Plait.Processes;
using Plait.Synchronization;

namespace Plait.Tests.Processes.Managers;

[ManagedContract]
public interface ICounter
{
    int Value { get; set; }

    int Pid { get; }

    int this[int a, int b] { get; }

    int Add(int amount);

    Task<int> AddAsync(int amount);

    ValueTask<int> AddLaterAsync(int amount, CancellationToken cancellationToken);

    Task ResetAsync();

    ValueTask ResetLaterAsync();

    void Fail(string message);

    Task FailAsync(string message);

    object? Echo(object? value);

    Shape Draw(Shape shape);

    /// <summary>Runs in the caller.</summary>
    int AddTwice(int amount) => Add(amount) + Add(amount);
}

public sealed class Counter(int start) : ICounter
{
    public int Value { get; set; } = start;

    public int Pid => Environment.ProcessId;

    public int this[int a, int b] => (a * 10) + b;

    public int Add(int amount) => Value += amount;

    public async Task<int> AddAsync(int amount)
    {
        await Task.Yield();
        return Value += amount;
    }

    public async ValueTask<int> AddLaterAsync(int amount, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return Value += amount;
    }

    public Task ResetAsync()
    {
        Value = 0;
        return Task.CompletedTask;
    }

    public ValueTask ResetLaterAsync()
    {
        Value = 0;
        return default;
    }

    public void Fail(string message) => throw new CounterException(message);

    public async Task FailAsync(string message)
    {
        await Task.Yield();
        throw new CounterException(message);
    }

    public object? Echo(object? value) => value;

    public Shape Draw(Shape shape) => shape;
}

public class Shape
{
    public int Sides { get; init; }
}

public sealed class Square : Shape
{
    public int Length { get; init; }
}

public sealed class CounterException(string message) : Exception(message);

/// <summary>Methods that take as long as the test wants.</summary>
[ManagedContract]
public interface IClerk : IDisposable
{
    int Running { get; }

    int MostRunning { get; }

    void Work(IEvent begun, IEvent goOn);

    Task WorkAsync(IEvent begun, IEvent goOn);

    /// <summary>Blocks until the token is cancelled, and throws for it.</summary>
    void WorkUntilCancelled(IEvent begun, CancellationToken cancellationToken);

    Task WorkUntilCancelledAsync(IEvent begun, CancellationToken cancellationToken);

    void Exit(int code);

    string Name();
}

/// <param name="disposed">Set by Dispose.</param>
/// <param name="cancelled">Set when a token was cancelled.</param>
public sealed class Clerk(IEvent? disposed = null, IEvent? cancelled = null) : IClerk
{
    private int _running;
    private int _most;

    public int Running => Volatile.Read(ref _running);

    public int MostRunning => Volatile.Read(ref _most);

    public void Work(IEvent begun, IEvent goOn)
    {
        Enter();
        begun.Set();
        goOn.Wait();
        _ = Interlocked.Decrement(ref _running);
    }

    public async Task WorkAsync(IEvent begun, IEvent goOn)
    {
        Enter();
        begun.Set();
        await goOn.WaitAsync();
        _ = Interlocked.Decrement(ref _running);
    }

    public void WorkUntilCancelled(IEvent begun, CancellationToken cancellationToken)
    {
        begun.Set();
        _ = cancellationToken.WaitHandle.WaitOne();
        cancelled?.Set();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async Task WorkUntilCancelledAsync(IEvent begun, CancellationToken cancellationToken)
    {
        begun.Set();
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }
        finally
        {
            cancelled?.Set();
        }
    }

    public void Exit(int code) => Environment.Exit(code);

    public string Name() => "clerk";

    public void Dispose() => disposed?.Set();

    private void Enter()
    {
        int now = Interlocked.Increment(ref _running);
        int most = Volatile.Read(ref _most);
        while (now > most && Interlocked.CompareExchange(ref _most, now, most) is var seen && seen != most)
        {
            most = seen;
        }
    }
}

/// <summary>Objects that give out other objects.</summary>
[ManagedContract]
public interface IBank
{
    IAccount Open(string owner);

    IAccount? Find(string owner);

    IReadOnlyList<IAccount> GetAll();

    Task<IAccount> FindAsync(string owner);

    void Transfer(IAccount from, IAccount to, int amount);

    bool IsOurs(IAccount account);
}

[ManagedContract]
public interface IAccount
{
    string Owner { get; }

    int Balance { get; }

    void Pay(int amount);

    bool IsSame(IAccount other);
}

public sealed class Bank : IBank
{
    private readonly Dictionary<string, Account> _accounts = [];

    public IAccount Open(string owner) => _accounts[owner] = new Account(owner);

    public IAccount? Find(string owner) => _accounts.GetValueOrDefault(owner);

    public IReadOnlyList<IAccount> GetAll() => [.. _accounts.Values];

    public Task<IAccount> FindAsync(string owner) => Task.FromResult<IAccount>(_accounts[owner]);

    public void Transfer(IAccount from, IAccount to, int amount)
    {
        from.Pay(-amount);
        to.Pay(amount);
    }

    public bool IsOurs(IAccount account) => account is Account && _accounts.ContainsValue((Account)account);
}

public sealed class Account(string owner) : IAccount, IDisposable
{
    public string Owner => _isDisposed ? throw new ObjectDisposedException(owner) : owner;

    public int Balance { get; private set; }

    private bool _isDisposed;

    public void Pay(int amount) => Balance += amount;

    public bool IsSame(IAccount other) => ReferenceEquals(this, other);

    public void Dispose() => _isDisposed = true;
}

/// <summary>Open to all types, with a constraint for the generator to repeat.</summary>
[ManagedContract]
public interface IBox<T>
    where T : notnull
{
    T? Content { get; set; }

    IReadOnlyDictionary<string, T> Label(string name);
}

public sealed class Box<T> : IBox<T>
    where T : notnull
{
    public T? Content { get; set; }

    public IReadOnlyDictionary<string, T> Label(string name) => new Dictionary<string, T> { [name] = Content! };
}
