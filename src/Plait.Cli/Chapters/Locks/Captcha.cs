using Plait.Synchronization;

namespace Plait.Cli.Chapters.Locks;

internal sealed class Captcha() : Chapter(
    "timer",
    Parts.LocksAndThreads,
    "A captcha is valid for so long and is renewed by a timer until it is answered; then the timer is cancelled.\n"
        + "A timer calls a function after a time, once or on every beat; cancelled before, it never calls it.",
    "docs/threads.md",
    hasBreak: true)
{
    private const int AnsweredAt = 4;

    public override async Task RunAsync(ChapterContext context)
    {
        var valid = TimeSpan.FromSeconds(context.IsQuick ? 0.1 : 2);
        using var scope = ThreadScope.Create();
        using IEvent renewed = scope.CreateEvent(mode: EventMode.Auto);
        string captcha = NewCaptcha();
        var shown = new List<string>();
        TimeSpan start = context.Elapsed;
        await using RestartableTimer renewal = scope.CreateTimer(
            () =>
            {
                captcha = NewCaptcha();
                renewed.Set();
            },
            valid,
            period: valid);
        if (!context.IsBroken)
        {
            renewal.Start();
        }

        // Who reads it is slow: by the time of the answer it has been renewed a few times.
        for (shown.Add(captcha); shown.Count < AnsweredAt && await renewed.WaitAsync(20 * valid, context.Cancellation); shown.Add(captcha))
        {
            context.Say($"too late for {shown[^1]}: it is {captcha} now");
        }

        bool isCancelled = renewal.Cancel();
        TimeSpan answered = context.Elapsed - start;
        bool isRight = shown[^1] == captcha;
        context.Say($"answered {shown[^1]} after {answered.TotalSeconds:0.00} s: {(isRight ? "right" : "wrong")}; the renewal is {(isCancelled ? "cancelled" : "not running")}");
        bool renewedLater = await renewed.WaitAsync(2.5 * valid, context.Cancellation);

        int calls = 0;
        await using RestartableTimer never = scope.CreateTimer(() => calls++, valid);
        never.Start();
        bool wasCancelled = never.Cancel();
        await context.WaitAsync(1.5 * valid);
        context.Fact("captchas", shown.Count);
        context.Fact("renewals", renewal.Fired);
        context.Fact("valid", valid);
        context.Fact("answered_after", answered);
        context.Fact("cancelled_calls", calls);
        context.Expect(shown.Count == AnsweredAt && shown.Distinct().Count() == AnsweredAt, "it is renewed on every beat until it is answered");
        context.Expect(answered >= (AnsweredAt - 1) * valid * 0.9, "a beat takes the time that was asked for");
        context.Expect(isRight && isCancelled && !renewedLater, "after the answer the cancelled timer renews it no more");
        context.Expect(wasCancelled && calls == 0, "a timer that is cancelled in time never calls its function");
    }

    private static string NewCaptcha() => new(Random.Shared.GetItems<char>("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 6));
}
