using System.Diagnostics;
using Plait.Coroutines;

namespace Plait.Benchmarks.IO;

/// <summary>What Plait does in the cases of greenlets.</summary>
internal static class GreenletOurs
{
    /// <summary>Two async functions switch to each other; nanoseconds a switch.</summary>
    /// <param name="switches">How many in all, at least 2.</param>
    public static double SwitchNanoseconds(int switches)
    {
        Greenlet second = null!;
        Greenlet first = new(_ => GiveWay(second, switches / 2));
        second = new Greenlet(_ => GiveWay(first, switches / 2));
        long start = Stopwatch.GetTimestamp();
        _ = first.Switch();
        double each = Stopwatch.GetElapsedTime(start).TotalNanoseconds / switches;
        second.Dispose();
        return first.IsAlive ? throw new InvalidOperationException("The first of two greenlets has not ended.") : each;
    }

    /// <summary>A thread's own code and a greenlet with a thread hand the turn to each other; nanoseconds a hand-off.</summary>
    /// <param name="switches">How many in all, at least 2.</param>
    public static double HandOffNanoseconds(int switches)
    {
        Greenlet main = Greenlet.Current;
        using Greenlet other = Greenlet.OnThread(_ =>
        {
            while (true)
            {
                _ = main.Switch();
            }
        });
        _ = other.Switch();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < switches / 2; i++)
        {
            _ = other.Switch();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / switches;
    }

    /// <summary>A value goes through a chain of greenlets, each of which is made and begun before; nanoseconds a link.</summary>
    /// <param name="links">How many.</param>
    public static double ChainNanoseconds(int links)
    {
        long start = Stopwatch.GetTimestamp();
        Greenlet next = Greenlet.Current;
        for (int i = 0; i < links; i++)
        {
            var link = new Greenlet(Link);
            _ = link.Switch(next);
            next = link;
        }

        int end = (int)next.Switch(0).Value!;
        return end == links ? Stopwatch.GetElapsedTime(start).TotalNanoseconds / links : throw new InvalidOperationException($"{end} instead of {links} links.");
    }

    private static async Task Link(object? next)
    {
        int value = (int)(await Greenlet.Current.Parent!.Switch())!;
        _ = await ((Greenlet)next!).Switch(value + 1);
    }

    private static async Task GiveWay(Greenlet other, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _ = await other.Switch();
        }
    }
}
