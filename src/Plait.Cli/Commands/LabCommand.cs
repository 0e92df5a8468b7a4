using System.CommandLine;
using Plait.Cli.Chapters;
using Plait.Cli.Terminal;

namespace Plait.Cli.Commands;

/// <summary><c>plait lab</c>: lists the chapters; each of them is a command of its own, so its help shows its own arguments.</summary>
internal sealed class LabCommand(IReadOnlyList<Chapter> chapters, Screen screen, TimeProvider time)
{
    public const string Name = "lab";

    public Command Create()
    {
        Option<bool> quick = CommonOptions.Quick();
        Option<string?> json = CommonOptions.Json("one {chapter, part, ok, seconds, detail}");
        var isBroken = new Option<bool>("--break")
        {
            Description = "Run the negative control: the same check with its cause removed, which must fail (exit code 1).",
            Recursive = true,
        };
        var command = new Command(Name, "List the chapters, or run one and print what happens as it happens.") { isBroken, quick, json };
        command.SetAction(line => line.GetValue(isBroken) || line.GetValue(json) is not null
            ? throw new UsageException("--break and --json need a chapter: plait lab NAME. 'plait lab' lists them.")
            : List());
        foreach (Chapter chapter in chapters)
        {
            command.Add(CreateFor(chapter, isBroken, quick, json));
        }

        return command;
    }

    private Command CreateFor(Chapter chapter, Option<bool> isBroken, Option<bool> quick, Option<string?> json)
    {
        string control = chapter.HasBreak ? "" : " It has no --break.";
        var command = new Command(chapter.Name, $"{chapter.Shows.ReplaceLineEndings(" ")} ({chapter.Page}){control}");
        var symbols = new List<(ChapterParameter Parameter, Func<ParseResult, string?> Read)>();
        foreach (ChapterParameter parameter in chapter.Parameters)
        {
            if (parameter.IsOption)
            {
                var option = new Option<string?>(parameter.Name) { Description = parameter.Description, HelpName = "VALUE" };
                command.Add(option);
                symbols.Add((parameter, line => line.GetValue(option)));
            }
            else
            {
                var argument = new Argument<string?>(parameter.Name) { Description = parameter.Description, Arity = ArgumentArity.ZeroOrOne };
                argument.Validators.Add(UsageErrors.RefuseOptions);
                command.Add(argument);
                symbols.Add((parameter, line => line.GetValue(argument)));
            }
        }

        command.SetAction((line, token) =>
        {
            var given = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach ((ChapterParameter parameter, Func<ParseResult, string?> read) in symbols)
            {
                if (read(line) is { } value)
                {
                    given.Add(parameter.Name, value);
                }
            }

            var lab = new LabRun(chapter, new ChapterArguments(chapter.Parameters, given), screen, time);
            return lab.RunAsync(line.GetValue(isBroken), line.GetValue(quick), line.GetValue(json), token);
        });
        return command;
    }

    private int List()
    {
        int width = chapters.Select(c => c.Name.Length).DefaultIfEmpty().Max();
        foreach (IGrouping<string, Chapter> part in chapters.GroupBy(c => c.Part, StringComparer.Ordinal))
        {
            screen.WriteLine(part.Key, Tone.Strong);
            foreach (Chapter chapter in part)
            {
                string indent = $"  {chapter.Name.PadRight(width)}  ";
                foreach (string line in chapter.Shows.Split('\n', StringSplitOptions.TrimEntries))
                {
                    screen.WriteLine([(indent, Tone.Good), (line, Tone.Normal)]);
                    indent = new string(' ', indent.Length);
                }

                screen.WriteLine([(indent, Tone.Normal), ($"{chapter.Page}{(chapter.HasBreak ? "   has --break" : "")}", Tone.Faint)]);
            }

            screen.WriteLine();
        }

        screen.WriteLine(chapters.Count == 0 ? "No chapters in this build." : $"{chapters.Count} chapters. Run one: plait lab NAME [--break] [--quick] [--json FILE]");
        return ExitCode.Ok;
    }
}
