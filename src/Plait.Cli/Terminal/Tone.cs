namespace Plait.Cli.Terminal;

/// <summary>What a text is, from which a terminal takes its colour; plain output ignores it.</summary>
internal enum Tone
{
    Normal,
    Faint,
    Strong,
    Good,
    Bad,
    Doubtful,
}
