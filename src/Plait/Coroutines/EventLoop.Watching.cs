using System.Diagnostics.CodeAnalysis;
using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <content>Steps that take too long.</content>
public sealed partial class EventLoop
{
    // By the watch's thread, read by all.
    private long _blockedSteps;

    /// <summary>
    /// A step has taken longer than <see cref="EventLoopOptions.BlockedAfter"/>: told while it runs, and once more when it has ended. On a thread of the watch, since the loop's is busy.
    /// Without a handler it is told on standard error.
    /// </summary>
    public event EventHandler<StepBlockedEventArgs>? StepBlocked;

    internal TimeSpan BlockedAfter => _options.BlockedAfter;

    /// <summary>The number of the step that runs; -1 while none does. From any thread.</summary>
    internal long RunningStep => Volatile.Read(ref _sleeper) != 0 ? -1 : Volatile.Read(ref _steps);

    /// <summary>By the watch: a step that still runs.</summary>
    internal StepBlockedEventArgs TellBlocked(TimeSpan duration)
    {
        Volatile.Write(ref _blockedSteps, _blockedSteps + 1);
        Step step = _ring.Running;
        var args = new StepBlockedEventArgs(step.Context?.Root.Name ?? "a callback", duration, AsyncStack.Of(step.State ?? step.Callback), isOver: false, step.Context?.Root.BlockingText());
        TellBlocked(args);
        return args;
    }

    /// <summary>By the watch: a step that was told of has ended.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What a handler throws must not end the watch.")]
    internal void TellBlocked(StepBlockedEventArgs args)
    {
        try
        {
            if (StepBlocked is { } handlers)
            {
                handlers(this, args);
            }
            else if (!args.IsOver)
            {
                Console.Error.WriteLine($"Event loop '{Name}': a step of coroutine '{args.Coroutine}' has blocked all others for {args.Duration.TotalMilliseconds:0} ms{(args.WaitsFor is { } what ? $", and waits for {what}" : string.Empty)}:{Environment.NewLine}{args.Stack}");
            }
            else
            {
                Console.Error.WriteLine($"Event loop '{Name}': the step of coroutine '{args.Coroutine}' took {args.Duration.TotalMilliseconds:0} ms.");
            }
        }
        catch (Exception thrown)
        {
            Tell(null, thrown);
        }
    }
}
