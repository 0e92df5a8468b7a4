using Plait.Cli.Terminal;
using Plait.Processes;

namespace Plait.Cli.Chapters;

/// <summary>Runs one chapter and says what it came to; a chapter that throws or hangs fails alone.</summary>
internal sealed class ChapterRunner(Screen screen, TimeProvider time)
{
    /// <summary>How long a cancelled chapter may take to end its children before it is left behind.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <exception cref="OperationCanceledException"><paramref name="interrupted"/> was cancelled; the chapter has ended or was left behind.</exception>
    /// <exception cref="UsageException">A value given for a parameter does not fit.</exception>
    public async Task<ChapterOutcome> RunAsync(
        Chapter chapter, bool isQuiet, bool isQuick, bool isBroken, ChapterArguments arguments, CancellationToken interrupted)
    {
        using var deadline = new CancellationTokenSource(chapter.TimeLimit, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interrupted, deadline.Token);
        var context = new ChapterContext(screen, isQuiet, time, ended.Token) { IsQuick = isQuick, IsBroken = isBroken, Arguments = arguments };
        Task work = Start(chapter, context);
        try
        {
            await EndOf(work, ended.Token);
            return context.Finish(chapter, error: null, skipped: null);
        }
        catch (UsageException)
        {
            throw;
        }
        catch (ChapterSkippedException skipped)
        {
            return context.Finish(chapter, error: null, skipped.Message);
        }
        catch (Exception) when (interrupted.IsCancellationRequested)
        {
            throw new OperationCanceledException(interrupted);
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            return context.Finish(chapter, $"not finished after {chapter.TimeLimit.TotalSeconds:0.###} s", skipped: null);
        }
        catch (Exception e)
        {
            if (!isQuiet)
            {
                screen.WriteLine("", e.ToString(), Tone.Bad);
            }

            return context.Finish(chapter, $"{e.GetType().Name}: {e.Message}", skipped: null);
        }
        finally
        {
            // One that failed or was left behind may have left children, and the tool would wait for them at its end.
            await Task.WhenAll(ChildProcess.ActiveChildren().Select(c => c.DisposeAsync().AsTask()));
        }
    }

    // A thread of its own: chapters may block, and must not starve the pool they demonstrate.
    private static Task Start(Chapter chapter, ChapterContext context) =>
        Task.Factory.StartNew(
            () => chapter.RunAsync(context),
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default).Unwrap();

    private async Task EndOf(Task work, CancellationToken ended)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (ended.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled))
        {
            await Task.WhenAny(work, cancelled.Task);
        }

        // The chapter's own TimeoutException must not be taken for ours, so an ended task is awaited as it is.
        await (work.IsCompleted ? work : work.WaitAsync(Grace, time, CancellationToken.None));
    }
}
