using System.Text;

namespace Plait.Cli.Chapters.Processes;

/// <summary>Text in a folder: what there is, who reads which part of it, and the words in it.</summary>
internal static class TextFiles
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The readable files that begin as UTF-8 without a zero byte, in the folder and below it; no link is followed.</summary>
    public static IEnumerable<FileInfo> In(string folder)
    {
        var every = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device };
        return new DirectoryInfo(folder).EnumerateFiles("*", every).Where(f => f.Length > 0 && IsText(f.FullName)).OrderBy(f => f.FullName, StringComparer.Ordinal);
    }

    /// <summary>Shares of nearly equal size: the largest file first, each to whoever has least.</summary>
    public static string[][] Share(IEnumerable<FileInfo> files, int count)
    {
        var shares = Enumerable.Range(0, count).Select(_ => new List<string>()).ToArray();
        var lightest = new PriorityQueue<List<string>, long>(shares.Select(s => (s, 0L)));
        foreach (FileInfo file in files.OrderByDescending(f => f.Length))
        {
            lightest.TryDequeue(out List<string>? share, out long size);
            share!.Add(file.FullName);
            lightest.Enqueue(share, size + file.Length);
        }

        return [.. shares.Select(s => s.ToArray())];
    }

    /// <summary>How often each word occurs: letters in a row, in lower case. Prints a line for each file that is done.</summary>
    public static Dictionary<string, long> Count(string[] paths)
    {
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> counts = words.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (string path in paths)
        {
            char[] text = File.ReadAllText(path).ToLowerInvariant().ToCharArray();
            for (int i = 0, start = 0; i <= text.Length; i++)
            {
                if (i == text.Length || !char.IsLetter(text[i]))
                {
                    if (i > start)
                    {
                        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, text.AsSpan(start, i - start), out _)++;
                    }

                    start = i + 1;
                }
            }

            Console.WriteLine(path);
        }

        return words;
    }

    private static bool IsText(string path)
    {
        try
        {
            byte[] start = new byte[4096];
            using FileStream file = File.OpenRead(path);
            int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);

            // Without the last bytes: a character may be cut there.
            string text = s_strict.GetString(start, 0, length < start.Length ? length : start.AsSpan(0, length).LastIndexOf((byte)' ') + 1);
            return text.Length > 0 && !text.Contains('\0');
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return false;
        }
    }
}
