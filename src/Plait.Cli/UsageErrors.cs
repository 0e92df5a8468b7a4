using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
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
            return DescribeValue(line.Errors[0]) ?? line.Errors[0].Message;
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
            : $"'{token}' is one argument too many for '{command.Name}'.";
    }

    /// <summary>The command line that says what the command takes.</summary>
    public static string HelpOf(ParseResult line)
    {
        var words = new Stack<string>(["--help"]);
        for (CommandResult? result = line.CommandResult; result is not null; result = result.Parent as CommandResult)
        {
            words.Push(result.Command.Name);
        }

        return string.Join(' ', words);
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

    // An option without its value, or with one that is no number; null for any other error. The library's words speak of types.
    private static string? DescribeValue(ParseError error)
    {
        if ((error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult) is not { Option: var option } result)
        {
            return null;
        }

        if (result.Tokens.Count == 0)
        {
            string known = string.Join(", ", option.GetCompletions(CompletionContext.Empty).Select(static each => each.Label));
            return $"{option.Name} lacks its value.{(known.Length == 0 ? "" : $" Known ones: {known}.")}";
        }

        Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType.GetElementType() ?? option.ValueType;
        IEnumerable<string> values = result.Tokens.Select(static token => token.Value);
        return type == typeof(int) && values.FirstOrDefault(static value => !int.TryParse(value, CultureInfo.InvariantCulture, out _)) is { } notInt
                ? $"{option.Name} '{notInt}' is {(IsWhole(notInt) ? "too large a number" : "no whole number")}."
            : type == typeof(double) && values.FirstOrDefault(static value => !double.TryParse(value, CultureInfo.InvariantCulture, out _)) is { } notDouble
                ? $"{option.Name} '{notDouble}' is no number."
            : null;
    }

    private static bool IsWhole(string value) => value.TrimStart('-', '+') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit);
}
