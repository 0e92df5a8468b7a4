using System.Globalization;
using Xunit;

namespace Plait.Tests.Processes.Deaths;

/// <summary>A program runs under startup hooks of its own: they run in every process once, and everything else sees them as they were.</summary>
public sealed class StartupHookTests
{
    [Fact]
    public void Worker_UnderTheUsersHook_RunsItOnceAndWorks()
    {
        string hook = Dummy.Program + ".dll";
        string log = Path.GetTempFileName();
        try
        {
            using Dummy parent = Dummy.Start(["hook"], ("DOTNET_STARTUP_HOOKS", hook), ("PLAIT_DUMMY_HOOK_LOG", log));
            string[] lines = parent.ReadToEnd();
            int main = parent.Pid;
            int child = int.Parse(lines[1].Split(' ')[1], CultureInfo.InvariantCulture);
            Assert.Equal([$"main {main} {hook}", $"child {child} {hook}", $"process {hook}", $"program {hook}", "result 42"], lines);
            Assert.Equal([$"{main}", $"{child}"], File.ReadAllLines(log));
        }
        finally
        {
            File.Delete(log);
        }
    }
}
