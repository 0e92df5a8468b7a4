using Plait.Interop;

namespace Plait.Coroutines;

/// <content>How long steps take.</content>
public sealed partial class EventLoop
{
    // Written by the loop's thread, read by all. Null unless it is measured.
    private readonly long[]? _stepTimes;
    private long _longestStep;

    /// <summary>How long its steps have taken so far, if <see cref="EventLoopOptions.MeasuresSteps"/> says so. From any thread.</summary>
    /// <returns>A copy; null where nothing is measured.</returns>
    public StepTimes? GetStepTimes()
    {
        if (_stepTimes is not { } counts)
        {
            return null;
        }

        var copy = new long[counts.Length];
        for (int i = 0; i < copy.Length; i++)
        {
            copy[i] = Volatile.Read(ref counts[i]);
        }

        return new StepTimes(copy, TimeSpan.FromTicks(Volatile.Read(ref _longestStep) / TimeSpan.NanosecondsPerTick));
    }

    // As RunSteps, with a look at the clock behind each: the end of one is the beginning of the next.
    private void RunMeasuredSteps(long[] counts)
    {
        long began = MonotonicClock.Now;
        for (int left = Budget; left > 0 && HasSteps; left--)
        {
            RunSteps(1);
            long ended = MonotonicClock.Now;
            long time = ended - began;
            ref long count = ref counts[StepTimes.BucketOf(time)];
            Volatile.Write(ref count, count + 1);
            if (time > _longestStep)
            {
                Volatile.Write(ref _longestStep, time);
            }

            began = ended;
            if (HasUsedItsOperations)
            {
                break;
            }
        }
    }
}
