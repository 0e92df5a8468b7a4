using System.Globalization;

namespace Plait.Cli.Chapters;

/// <summary>The values given for a chapter's <see cref="Chapter.Parameters"/>. A value that does not fit ends the tool with exit code 2.</summary>
internal sealed class ChapterArguments(IReadOnlyList<ChapterParameter> declared, IReadOnlyDictionary<string, string> given)
{
    public static ChapterArguments None { get; } = new([], new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The parameters of a chapter when none of them was given, as in the tour.</summary>
    public static ChapterArguments DefaultsOf(Chapter chapter) => new(chapter.Parameters, new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The text given for <paramref name="name"/>, or the fallback when it was not given.</summary>
    public string Text(string name, string fallback) => Find(name) ?? fallback;

    /// <summary>The whole number given for <paramref name="name"/>, or the fallback when it was not given.</summary>
    public int Number(string name, int fallback, int min = 1, int max = int.MaxValue)
    {
        if (Find(name) is not { } text)
        {
            return fallback;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) || value < min || value > max)
        {
            string range = max == int.MaxValue ? $"{min} or more" : $"{min} to {max}";
            throw new UsageException($"'{text}' is no value for {name}: it takes a whole number, {range}.");
        }

        return value;
    }

    /// <summary>The existing folder given for <paramref name="name"/>, or the fallback when it was not given.</summary>
    public string Folder(string name, string fallback)
    {
        string folder = Text(name, fallback);
        return Directory.Exists(folder) ? folder : throw new UsageException($"'{folder}' is no folder: {name} takes one that exists.");
    }

    private string? Find(string name)
    {
        if (!declared.Any(p => p.Name == name))
        {
            throw new ArgumentException($"The chapter asks for '{name}', which its Parameters do not declare.", nameof(name));
        }

        return given.TryGetValue(name, out string? text) ? text : null;
    }
}
