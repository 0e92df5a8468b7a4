namespace Plait.Cli.Chapters.Processes;

/// <summary>A control group of the kernel that can limit how many processes there are in it.</summary>
internal static class PidGroup
{
    // The second version's root, when the first is not mounted; neither lets an ordinary user in.
    private static readonly string[] s_roots = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"];

    /// <summary>The folder of a new, empty group; null where none may be made.</summary>
    public static string? Create()
    {
        foreach (string root in s_roots.Where(Directory.Exists))
        {
            string group = $"{root}/plait-zombies-{Environment.ProcessId}";
            try
            {
                Directory.CreateDirectory(group);
                if (File.Exists($"{group}/pids.max"))
                {
                    return group;
                }

                Directory.Delete(group);
            }
            catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
            {
                // Not ours to make: the next root, or none.
            }
        }

        return null;
    }
}
