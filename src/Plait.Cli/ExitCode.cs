namespace Plait.Cli;

/// <summary>What the tool's exit codes mean; scripts and CI rely on them.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for was done and every check held.</summary>
    public const int Ok = 0;

    /// <summary>A check failed, a goal was missed, or (with <c>--break</c>) the control failed as it must.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line was wrong; the message names the value and the known ones.</summary>
    public const int BadUsage = 2;

    /// <summary>The tool, or a control under <c>--break</c>, broke down: nothing was proved either way.</summary>
    public const int BrokeDown = 3;

    /// <summary>Ended by Ctrl+C (SIGINT), by the shell's rule 128 + signal number.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM, by the same rule.</summary>
    public const int Terminated = 143;
}
