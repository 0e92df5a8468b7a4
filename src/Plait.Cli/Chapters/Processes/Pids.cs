using Plait.Processes;

namespace Plait.Cli.Chapters.Processes;

internal sealed class Pids() : Chapter(
    "pids",
    Parts.Processes,
    "Every process has a pid, a parent and a name, and asks ChildProcess.Current which process it is.\n"
        + "The parent's view of the child, the child's view of itself and the kernel's view of both agree.",
    "docs/child-process.md",
    hasBreak: true)
{
    public override Task RunAsync(ChapterContext context)
    {
        using ChildProcess<Identity> child = ChildProcess.Start(Describe, new ChildProcessOptions { Name = "clerk" });
        Identity here = Describe();
        Identity there = context.IsBroken ? here : child.Result;
        context.Fact("parent", here.Pid);
        context.Fact("child", there.Pid);
        context.Fact("child_parent", there.ParentPid);
        context.Fact("parent_name", here.Name);
        context.Fact("child_name", there.Name);
        context.Fact("child_listed_as", there.Listed);
        context.Expect(there.Pid != here.Pid && there.Pid == child.Pid, "the child has a pid of its own, which the parent knows");
        context.Expect(there.ParentPid == here.Pid && child.ParentPid == here.Pid, "the child's parent is this process");
        context.Expect(there.KernelsParentPid == here.Pid, "the kernel says the same of the child's parent");
        context.Expect(there.Name == "clerk" && there.Listed == "clerk", "the child goes by the name it was given, in process listings too");
        context.Expect(here is { Name: "main", Depth: 0 } && there.Depth == 1, "this is the main process, the child is one generation below");
        return Task.CompletedTask;
    }

    private static Identity Describe()
    {
        CurrentProcess me = ChildProcess.Current;
        return new Identity(me.Pid, me.ParentPid, ProcessTable.Find(me.Pid)!.Value.ParentPid, me.Name, File.ReadAllText("/proc/self/comm").Trim(), me.Depth);
    }

    private sealed record Identity(int Pid, int ParentPid, int KernelsParentPid, string Name, string Listed, int Depth);
}
