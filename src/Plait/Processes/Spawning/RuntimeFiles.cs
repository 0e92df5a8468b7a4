namespace Plait.Processes.Spawning;

/// <summary>
/// What a .NET process that is killed leaves in the folder for temporary files: the socket of its diagnostic port and the two pipes of its
/// debugger. It removes them itself when it ends in an orderly way. Their names are documented: the pid, and the start time that the kernel
/// gives (https://learn.microsoft.com/dotnet/core/diagnostics/diagnostic-port).
/// </summary>
internal static class RuntimeFiles
{
    /// <summary>Once the process is reaped. What cannot be removed stays: nothing depends on it.</summary>
    /// <param name="pid">The process's number.</param>
    /// <param name="startTime">When it started, in ticks since the system did: tells it from others of its number.</param>
    public static void Remove(int pid, ulong startTime)
    {
        string folder = Path.GetTempPath();
        foreach (string name in new[] { $"dotnet-diagnostic-{pid}-{startTime}-socket", $"clr-debug-pipe-{pid}-{startTime}-in", $"clr-debug-pipe-{pid}-{startTime}-out" })
        {
            try
            {
                File.Delete(Path.Combine(folder, name));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another user's, or on a medium that is read-only now.
            }
        }
    }
}
