using System.CommandLine;
using System.CommandLine.Parsing;
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

        if (IsOption(token))
        {
            return UsageException.Unknown("option", token, OptionsOf(line.CommandResult)).Message;
        }

        if (ReferenceEquals(line.CommandResult, line.RootCommandResult))
        {
            return UsageException.Unknown("command", token, [.. command.Subcommands.Select(c => c.Name)]).Message;
        }

        return command.Name == LabCommand.Name
            ? UsageException.Unknown("chapter", token, [.. chapters.Select(c => c.Name)]).Message
            : $"'{token}' is one argument too many for '{command.Name}'. 'plait {PathOf(line)} --help' says what it takes.";
    }

    /// <summary>A validator: without it a mistyped option would be taken for the argument's value.</summary>
    public static void RefuseOptions(ArgumentResult argument)
    {
        if (argument.Tokens.FirstOrDefault(t => IsOption(t.Value)) is { } token && argument.Parent is CommandResult command)
        {
            argument.AddError(UsageException.Unknown("option", token.Value, OptionsOf(command)).Message);
        }
    }

    private static bool IsOption(string token) => token is ['-', not (>= '0' and <= '9'), ..];

    private static List<string> OptionsOf(CommandResult command)
    {
        var names = new List<string>();
        for (CommandResult? result = command; result is not null; result = result.Parent as CommandResult)
        {
            bool isOwn = ReferenceEquals(result, command);
            names.AddRange(result.Command.Options.Where(o => isOwn || o.Recursive).Select(o => o.Name));
        }

        return names;
    }

    private static string PathOf(ParseResult line)
    {
        var names = new Stack<string>();
        for (var result = line.CommandResult; result is not null && !ReferenceEquals(result, line.RootCommandResult); result = result.Parent as CommandResult)
        {
            names.Push(result.Command.Name);
        }

        return string.Join(' ', names);
    }
}
