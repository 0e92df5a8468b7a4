using System.Text;

namespace Plait.CrashDummy;

/// <summary>Lines on standard output that stay whole, whoever else writes there: one write each.</summary>
internal static class Lines
{
    private static readonly Stream s_output = Console.OpenStandardOutput();

    public static void Write(string line) => s_output.Write(Encoding.UTF8.GetBytes(line + "\n"));
}
