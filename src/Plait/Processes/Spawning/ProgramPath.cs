namespace Plait.Processes.Spawning;

/// <summary>Finds a foreign program as a shell would.</summary>
internal static class ProgramPath
{
    /// <exception cref="ChildStartException">No such program.</exception>
    public static string Find(string child, string program)
    {
        if (program.Contains('/'))
        {
            return Path.GetFullPath(program);
        }

        string search = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        foreach (string folder in search.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(folder, program);
            if (File.Exists(candidate) && (File.GetUnixFileMode(candidate) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None)
            {
                return candidate;
            }
        }

        throw new ChildStartException(child, $"finding '{program}' in PATH", Interop.Errno.ENOENT);
    }
}
