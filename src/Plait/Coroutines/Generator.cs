using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Plait.Coroutines;

/// <summary>
/// The simplest coroutine: an async function that hands out a value, stops there, and goes on with a value it is sent. It runs on the thread of whoever asks it for the next
/// value, and only then: without a loop, a thread or a lock. For one thread at a time.
/// </summary>
/// <remarks>
/// The semantics are those of Python's generators (PEP 342): <see cref="Next"/>, <see cref="Send"/>, <see cref="Throw"/> and <see cref="Dispose"/>, which is close. The function
/// awaits nothing but its own yields: what else it awaits would go on somewhere else, and is refused.
/// </remarks>
/// <typeparam name="TSend">What it is sent.</typeparam>
/// <typeparam name="TYield">What it hands out.</typeparam>
public sealed class Generator<TSend, TYield> : IDisposable
{
    private readonly Func<Generator<TSend, TYield>, Task> _function;
    private Task? _task;
    private Action? _continuation;
    private TSend? _sent;
    private Exception? _thrown;
    private TYield? _yielded;
    private bool _hasYielded;
    private bool _isRunning;
    private bool _isClosed;

    /// <summary>Makes a generator. The function begins when the first value is asked for.</summary>
    /// <param name="function">It is given the generator, and hands out values by <c>await generator.Yield(value)</c>.</param>
    public Generator(Func<Generator<TSend, TYield>, Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _function = function;
    }

    /// <summary>Whether the function has begun.</summary>
    public bool HasBegun => _task is not null || _isRunning;

    /// <summary>Whether the function has ended: there are no more values.</summary>
    public bool IsOver => _isClosed || _task is { IsCompleted: true };

    /// <summary>In the function: hands out a value, and stops until it is asked for the next.</summary>
    /// <param name="value">The value.</param>
    /// <returns>To be awaited at once: what was sent, or the type's default from <see cref="Next"/>.</returns>
    public YieldPoint Yield(TYield value) => new(this, value);

    /// <summary>Runs the function up to its next value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>False when it has ended instead. What it threw is thrown, once.</returns>
    /// <exception cref="InvalidOperationException">The function runs already and asks itself, or awaits something else than a yield.</exception>
    public bool Next([MaybeNullWhen(false)] out TYield value) => Resume(default, null, out value);

    /// <summary>Lets the function go on with a value, up to its next one.</summary>
    /// <param name="sent">What its <c>await</c> gives.</param>
    /// <param name="value">The next value.</param>
    /// <returns>False when it has ended instead. What it threw is thrown, once.</returns>
    /// <exception cref="InvalidOperationException">The function has not begun, so nobody would take the value: ask for the first by <see cref="Next"/>. Or it runs already, or awaits something else than a yield.</exception>
    public bool Send(TSend sent, [MaybeNullWhen(false)] out TYield value)
    {
        if (!HasBegun && !_isClosed)
        {
            throw new InvalidOperationException("A generator that has not begun has no yield to take a value: ask for its first value by Next.");
        }

        return Resume(sent, null, out value);
    }

    /// <summary>Throws where the function has stopped, and runs it up to its next value. One that has not begun, or is over, only throws.</summary>
    /// <param name="exception">What its <c>await</c> throws.</param>
    /// <param name="value">The next value.</param>
    /// <returns>False when it has caught the exception and ended. What it throws is thrown.</returns>
    /// <exception cref="InvalidOperationException">The function runs already, or awaits something else than a yield.</exception>
    public bool Throw(Exception exception, [MaybeNullWhen(false)] out TYield value)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (!HasBegun || IsOver)
        {
            _isClosed = true;
            throw exception;
        }

        return Resume(default, exception, out value);
    }

    /// <summary>Ends the function where it has stopped: its <c>finally</c> blocks run. What they throw is thrown.</summary>
    /// <exception cref="InvalidOperationException">The function hands out another value instead of ending, or runs.</exception>
    public void Dispose()
    {
        if (IsOver || !HasBegun)
        {
            _isClosed = true;
            return;
        }

        try
        {
            if (Throw(new GeneratorClosedException(), out _))
            {
                throw new InvalidOperationException("The generator was closed, and has handed out another value instead of ending. Let GeneratorClosedException pass.");
            }
        }
        catch (GeneratorClosedException)
        {
            // As it should be.
        }
        finally
        {
            _isClosed = true;
        }
    }

    /// <summary>The values, one after the other, as <see cref="Next"/> gives them.</summary>
    /// <returns>Each value.</returns>
    public IEnumerable<TYield> Values()
    {
        while (Next(out TYield? value))
        {
            yield return value;
        }
    }

    private bool Resume(TSend? sent, Exception? thrown, [MaybeNullWhen(false)] out TYield value)
    {
        if (_isRunning)
        {
            throw new InvalidOperationException("The generator runs already: its function asks itself for a value.");
        }

        if (IsOver)
        {
            value = default;
            return false;
        }

        (_sent, _thrown, _hasYielded) = (sent, thrown, false);
        Run();
        if (_hasYielded)
        {
            value = _yielded!;
            _yielded = default;
            return true;
        }

        if (!_task!.IsCompleted)
        {
            _isClosed = true;
            throw new InvalidOperationException("The function of a generator awaits something else than a yield. Use a Coroutine for that.");
        }

        value = default;
        if (!_isClosed)
        {
            _isClosed = true;
            _task.GetAwaiter().GetResult();
        }

        return false;
    }

    private void Run()
    {
        // Nothing of the caller's context: an await that is not ours must not come back to the caller's thread at some other time.
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _isRunning = true;
        try
        {
            if (_task is null)
            {
                _task = Begin();
            }
            else
            {
                Action continuation = _continuation!;
                _continuation = null;
                continuation();
            }
        }
        finally
        {
            _isRunning = false;
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever the function throws is thrown where the value is asked for.")]
    private Task Begin()
    {
        try
        {
            return _function(this) ?? throw new InvalidOperationException("The function of a generator returned null instead of a task.");
        }
        catch (Exception error)
        {
            return Task.FromException(error);
        }
    }

    /// <summary>Where a generator hands out a value. Used by the compiler.</summary>
    public readonly struct YieldPoint : ICriticalNotifyCompletion
    {
        private readonly Generator<TSend, TYield> _generator;
        private readonly TYield _value;

        internal YieldPoint(Generator<TSend, TYield> generator, TYield value)
        {
            _generator = generator;
            _value = value;
        }

        /// <summary>Always false: it stops here.</summary>
        public bool IsCompleted => false;

        /// <summary>Itself.</summary>
        /// <returns>Itself.</returns>
        public YieldPoint GetAwaiter() => this;

        /// <summary>What was sent, or what was thrown in.</summary>
        /// <returns>The value.</returns>
        public TSend GetResult()
        {
            if (_generator._thrown is { } thrown)
            {
                _generator._thrown = null;
                ExceptionDispatchInfo.Throw(thrown);
            }

            TSend sent = _generator._sent!;
            _generator._sent = default;
            return sent;
        }

        /// <inheritdoc/>
        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        /// <inheritdoc/>
        public void UnsafeOnCompleted(Action continuation)
        {
            _generator._continuation = continuation;
            _generator._yielded = _value;
            _generator._hasYielded = true;
        }
    }
}

/// <summary>A generator is disposed: thrown where its function has stopped, so that it ends.</summary>
public sealed class GeneratorClosedException : OperationCanceledException
{
    internal GeneratorClosedException()
        : base("The generator was closed.")
    {
    }
}
