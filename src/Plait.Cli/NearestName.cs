namespace Plait.Cli;

/// <summary>Finds the known name that a mistyped one most likely stands for.</summary>
internal static class NearestName
{
    /// <summary>The nearest of <paramref name="known"/>, or null when none is near enough to be a slip of the fingers.</summary>
    public static string? Find(string typed, IEnumerable<string> known)
    {
        string? best = null;
        int limit = Math.Max(2, typed.Length / 3) + 1;
        foreach (string name in known)
        {
            int distance = name.StartsWith(typed, StringComparison.OrdinalIgnoreCase) && typed.Length >= 2 ? 1 : Distance(typed, name);
            if (distance < limit)
            {
                (best, limit) = (name, distance);
            }
        }

        return best;
    }

    // Levenshtein's distance with one row kept: names are short, so clarity wins over the banded form.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
