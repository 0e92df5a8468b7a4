using Xunit;

namespace Plait.Architecture.Tests;

/// <summary>Asserts over the list that a check returns, and prints all of it rather than the first items.</summary>
internal static class Verdict
{
    public static void None(IEnumerable<string> violations)
    {
        string[] all = [.. violations];
        Assert.True(all.Length == 0, $"{all.Length} violation(s):\n  {string.Join("\n  ", all)}");
    }

    /// <summary>The control: the check reports exactly one violation for a bad sample, and its text says <paramref name="expected"/>.</summary>
    public static void One(IEnumerable<string> violations, string expected) => Assert.Contains(expected, Assert.Single(violations), StringComparison.Ordinal);
}
