using Plait.Queues;

namespace Plait.Cli.Chapters.Queues;

/// <summary>What the three processes of the pipeline do.</summary>
internal static class Stages
{
    /// <summary>Reads lines and passes them on.</summary>
    /// <returns>The lines, for who compares.</returns>
    public static string[] Read(string file, IQueue<string> read)
    {
        using TextReader text = file == "-" ? Console.In : File.OpenText(file);
        var lines = new List<string>();
        while (text.ReadLine() is { } line)
        {
            lines.Add(line);
            read.Put(line);
        }

        read.Shutdown();
        return [.. lines];
    }

    /// <summary>Passes each line on in upper case; one that drops forgets the first.</summary>
    public static void Raise(IQueue<string> read, IQueue<string> raised, bool isDropping)
    {
        int number = 0;
        foreach (string line in read.ReadAll())
        {
            if (!isDropping || number++ != 0)
            {
                raised.Put(line.ToUpperInvariant());
            }
        }

        raised.Shutdown();
    }

    /// <summary>Writes each line to the standard output.</summary>
    public static void Write(IQueue<string> raised)
    {
        foreach (string line in raised.ReadAll())
        {
            Console.WriteLine(line);
        }
    }
}
