using System.CommandLine;
using Plait.Cli.Chapters;
using Plait.Cli.Commands;

namespace Plait.Cli;

/// <summary>Says what is wrong with a command line: the value, the nearest known one, and all of them.</summary>
internal static class UsageErrors
{
    public static string Describe(ParseResult line, IReadOnlyList<Chapter> chapters)
    {
        Command command = line.CommandResult.Command;
        if (line.UnmatchedTokens is not [{ } token, ..])
        {
            return line.Errors[0].Message;
        }

        if (token.StartsWith('-'))
        {
            return UsageException.Unknown("option", token, OptionsOf(line)).Message;
        }

        if (ReferenceEquals(line.CommandResult, line.RootCommandResult))
        {
            return UsageException.Unknown("command", token, [.. command.Subcommands.Select(c => c.Name)]).Message;
        }

        return command.Name == LabCommand.Name
            ? UsageException.Unknown("chapter", token, [.. chapters.Select(c => c.Name)]).Message
            : $"'{token}' is one argument too many for '{command.Name}'. 'plait {PathOf(line)} --help' says what it takes.";
    }

    private static List<string> OptionsOf(ParseResult line)
    {
        var names = new List<string>();
        for (var result = line.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            bool isOwn = ReferenceEquals(result, line.CommandResult);
            names.AddRange(result.Command.Options.Where(o => isOwn || o.Recursive).Select(o => o.Name));
        }

        return names;
    }

    private static string PathOf(ParseResult line)
    {
        var names = new Stack<string>();
        for (var result = line.CommandResult; result is not null && !ReferenceEquals(result, line.RootCommandResult); result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Push(result.Command.Name);
        }

        return string.Join(' ', names);
    }
}
