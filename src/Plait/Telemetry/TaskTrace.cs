using System.Diagnostics;
using Plait.Interop;

namespace Plait.Telemetry;

/// <summary>How a task has ended, for who counts.</summary>
internal enum TaskOutcome
{
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>
/// One task as it is watched: its activity, the activity it was submitted in, and its times. There is none while nobody listens and
/// nothing is traced. Its members are called by whichever thread has the task at the time, one after the other, but for the end, which
/// the first to come makes.
/// </summary>
internal sealed class TaskTrace
{
    /// <summary>What its activity is called, whatever the task is.</summary>
    public const string ActivityName = "plait.task";

    private readonly ExecutorIdentity _executor;
    private readonly long _submittedAt = MonotonicClock.Now;
    private readonly Activity? _activity;
    private readonly Activity? _submitter;
    private Activity? _before;
    private long _beganAt;
    private long _ran = -1;
    private bool _hasWaited;
    private int _isEnded;

    private TaskTrace(ExecutorIdentity executor, bool isWatched, Activity? activity, Activity? submitter)
    {
        IsWatched = isWatched;
        _executor = executor;
        _activity = activity;
        _submitter = submitter;
    }

    /// <summary>Whether somebody listened when it was submitted; else it is only there for its context.</summary>
    public bool IsWatched { get; }

    /// <summary>What the function is to find as <see cref="Activity.Current"/>, or to be the child of; null for none.</summary>
    public Activity? Parent => _activity ?? _submitter;

    /// <summary>A task is accepted. Null when nobody wants to know, and there is no context that would have to go with it.</summary>
    /// <param name="executor">By whom.</param>
    /// <param name="isRemote">Whether its function runs in another process.</param>
    /// <param name="task">The task.</param>
    /// <param name="name">What it is called; asked for when it is needed.</param>
    public static TaskTrace? Start<TTask>(ExecutorIdentity executor, bool isRemote, TTask task, Func<TTask, string> name)
    {
        Activity? submitter = Activity.Current;
        if (!Instruments.AreTasksWatched)
        {
            return submitter is null ? null : new TaskTrace(executor, isWatched: false, null, submitter);
        }

        Activity? activity = null;
        if (Tracing.HasListeners)
        {
            activity = Tracing.Source.CreateActivity(ActivityName, isRemote ? ActivityKind.Client : ActivityKind.Internal);
            if (activity is not null)
            {
                string called = name(task);
                activity.DisplayName = called;
                activity.SetTag("plait.task.name", called).SetTag(executor.Name.Key, executor.Name.Value).SetTag(executor.Type.Key, executor.Type.Value);
                activity.Start();

                // The submitter goes on in its own.
                Activity.Current = submitter;
            }
        }

        return new TaskTrace(executor, isWatched: true, activity, submitter);
    }

    /// <summary>An attempt begins on this thread, which works in the task's context until <see cref="Leave"/>.</summary>
    public void Enter()
    {
        _before = Activity.Current;
        if (Parent is { } parent)
        {
            Activity.Current = parent;
        }

        Began(MonotonicClock.Now);
    }

    /// <summary>The attempt is over, on the same thread.</summary>
    public void Leave(Exception? error)
    {
        _ran = MonotonicClock.Now - _beganAt;
        Activity.Current = _before;
        _before = null;
        Ran(error);
    }

    /// <summary>An attempt began elsewhere and ran so long. Only noted: no listener is called.</summary>
    public void Note(long beganAt, long nanoseconds, string worker, int pid)
    {
        _ran = Math.Max(0, nanoseconds);
        _beganAt = beganAt;
        _activity?.SetTag("plait.worker.name", worker).SetTag("plait.worker.pid", pid);
    }

    /// <summary>Tells of the attempt that was noted, if there was one.</summary>
    public void TellNoted(Exception? error)
    {
        if (_ran >= 0)
        {
            Began(_beganAt);
            Ran(error);
        }
    }

    /// <summary>There will be another attempt.</summary>
    public void Retry(Exception error)
    {
        TellNoted(error);
        Instruments.Retried.Add(1, _executor.Name, _executor.Type);
        _activity?.AddEvent(new ActivityEvent("plait.task.retried", tags: new ActivityTagsCollection { { Instruments.ErrorType, TypeOf(error) } }));
    }

    /// <summary>The task ends. Before its future does, so that who has seen that finds it counted.</summary>
    public void End(TaskOutcome outcome, Exception? error)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
        {
            return;
        }

        TellNoted(error);
        string how = outcome switch
        {
            TaskOutcome.Succeeded => "succeeded",
            TaskOutcome.Failed => "failed",
            _ => "cancelled",
        };
        if (Instruments.Ended.Enabled)
        {
            var tags = new TagList { _executor.Name, _executor.Type, new(Instruments.TaskOutcome, how) };
            if (outcome == TaskOutcome.Failed)
            {
                tags.Add(Instruments.ErrorType, TypeOf(error));
            }

            Instruments.Ended.Add(1, tags);
        }

        if (_activity is not { } activity)
        {
            return;
        }

        activity.SetTag(Instruments.TaskOutcome, how);
        if (outcome == TaskOutcome.Failed)
        {
            activity.SetTag(Instruments.ErrorType, TypeOf(error)).SetStatus(ActivityStatusCode.Error, error?.Message);
            if (error is not null)
            {
                activity.AddException(error);
            }
        }

        Stop(activity);
    }

    /// <summary>The executor has taken the task.</summary>
    public void Accept() => Instruments.Submitted.Add(1, _executor.Name, _executor.Type);

    /// <summary>The submission was refused: it never was a task, and its activity is for nobody.</summary>
    public void Abandon()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0 && _activity is { } activity)
        {
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            Stop(activity);
        }
    }

    // Stop makes the activity's parent the current one, of a thread that has nothing to do with it.
    private static void Stop(Activity activity)
    {
        Activity? before = Activity.Current;
        activity.Stop();
        Activity.Current = before;
    }

    private static string TypeOf(Exception? error) => error?.GetType().FullName ?? "_OTHER";

    private void Began(long at)
    {
        _beganAt = at;
        if (!_hasWaited)
        {
            _hasWaited = true;
            if (Instruments.Wait.Enabled)
            {
                Instruments.Wait.Record(Math.Max(0, at - _submittedAt) / 1e9, _executor.Name, _executor.Type);
            }
        }
    }

    private void Ran(Exception? error)
    {
        long nanoseconds = _ran;
        _ran = -1;
        if (!Instruments.Run.Enabled)
        {
            return;
        }

        if (error is null)
        {
            Instruments.Run.Record(nanoseconds / 1e9, _executor.Name, _executor.Type);
        }
        else
        {
            Instruments.Run.Record(nanoseconds / 1e9, _executor.Name, _executor.Type, new(Instruments.ErrorType, TypeOf(error)));
        }
    }
}
