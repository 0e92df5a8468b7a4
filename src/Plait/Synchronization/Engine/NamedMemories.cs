using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>The named memories that this process uses. Each stays mapped, and locked, until the process ends; the last to end removes the file.</summary>
internal static class NamedMemories
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, (ScopeMemory Memory, Descriptor File)> Open = new(StringComparer.Ordinal);

    public static ScopeMemory Get(string name)
    {
        lock (Gate)
        {
            if (Open.TryGetValue(name, out (ScopeMemory Memory, Descriptor File) known))
            {
                return known.Memory;
            }

            (Arena arena, Descriptor file) = NamedArena.Open(name);
            ScopeMemory memory = ScopeMemory.KeepInUse(ScopeMemory.Use(arena, file));
            if (Open.Count == 0)
            {
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => RemoveLast();
            }

            Open[name] = (memory, file);
            return memory;
        }
    }

    /// <summary>The name of an open memory.</summary>
    public static string NameOf(ScopeMemory memory)
    {
        lock (Gate)
        {
            return Open.FirstOrDefault(open => open.Value.Memory == memory).Key ?? "named";
        }
    }

    public static bool IsOpen(string name)
    {
        lock (Gate)
        {
            return Open.ContainsKey(name);
        }
    }

    /// <summary>A process that this one watches has ended: frees what it left in any of them.</summary>
    public static void Bury(int pid)
    {
        ScopeMemory[] all;
        lock (Gate)
        {
            if (Open.Count == 0)
            {
                return;
            }

            all = [.. Open.Values.Select(static memory => memory.Memory)];
        }

        foreach (ScopeMemory memory in all)
        {
            memory.Liveness.BuryProcess(pid);
        }
    }

    private static void RemoveLast()
    {
        lock (Gate)
        {
            foreach ((string name, (_, Descriptor file)) in Open)
            {
                NamedArena.RemoveIfLast(name, file);
            }
        }
    }
}
