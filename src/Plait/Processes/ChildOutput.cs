namespace Plait.Processes;

/// <summary>Where a child's standard output or standard error goes.</summary>
public enum ChildOutput
{
    /// <summary>The parent's own descriptor: nothing passes through the parent. The default of standard output.</summary>
    Inherit,

    /// <summary>/dev/null.</summary>
    Null,

    /// <summary>A pipe that the parent reads: <see cref="ChildProcess.StandardOutput"/> or <see cref="ChildProcess.StandardError"/>. Read it: a full pipe (64 KiB) stops the child.</summary>
    Pipe,

    /// <summary>Copied unchanged to the parent's own stream, and the last lines kept for <see cref="ChildOutcome.ErrorTail"/>. The default of standard error.</summary>
    Relay,

    /// <summary>Copied line by line to the parent's own stream, each line preceded by the child's name in brackets, and the last lines kept.</summary>
    Forward,

    /// <summary>Read and not shown: standard error's last lines are kept for <see cref="ChildOutcome.ErrorTail"/>, so the way the child ended is still told. Of standard output nothing is kept.</summary>
    Keep,
}
