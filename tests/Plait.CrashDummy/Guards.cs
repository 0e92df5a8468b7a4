using Plait.Processes;

namespace Plait.CrashDummy;

/// <summary>What keeps a mistake from filling the machine with processes.</summary>
internal static class Guards
{
    public static int StartOne()
    {
        try
        {
            using ChildProcess<int> child = ChildProcess.Start(static (int a) => a + 22, 20);
            Lines.Write($"result {child.Result}");
            return 0;
        }
        catch (InvalidOperationException refusal)
        {
            Lines.Write($"refused {refusal.Message}");
            return 1;
        }
    }

    public static int Nest()
    {
        try
        {
            Lines.Write($"result {Deeper()}");
            return 0;
        }
        catch (InvalidOperationException refusal)
        {
            Lines.Write($"refused {refusal.Message}");
            return 1;
        }
    }

    private static int Deeper()
    {
        Lines.Write($"depth {ChildProcess.Current.Depth}");
        using ChildProcess<int> child = ChildProcess.Start(Deeper);
        return child.Result;
    }
}
