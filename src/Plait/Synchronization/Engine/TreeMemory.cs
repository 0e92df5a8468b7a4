using System.Buffers.Binary;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Synchronization.Engine;

/// <summary>
/// The one memory that a program and all processes which it starts, in every generation, have in common. Every child inherits its
/// descriptor, so that a lock can be handed to a process that was started long before. It is mapped when it is first used.
/// </summary>
internal static class TreeMemory
{
    private static readonly Lock Gate = new();

    // In the program itself; its children have the number that they inherited.
    private static Arena? s_arena;
    private static int s_inherited = -1;
    private static ScopeMemory? s_memory;

    /// <summary>What a child inherits; made with the first.</summary>
    public static int DescriptorNumber
    {
        get
        {
            if (s_inherited >= 0)
            {
                return s_inherited;
            }

            lock (Gate)
            {
                return Arena.DescriptorNumber;
            }
        }
    }

    public static ScopeMemory Memory
    {
        get
        {
            if (Volatile.Read(ref s_memory) is { } memory)
            {
                return memory;
            }

            lock (Gate)
            {
                return s_memory ??= ScopeMemory.KeepInUse(ScopeMemory.Use(s_inherited >= 0 ? Arena.Open(s_inherited) : Arena));
            }
        }
    }

    /// <summary>32 bytes that only the processes of this tree know: whoever shows that it has them is one of it.</summary>
    public static unsafe byte[] Secret
    {
        get
        {
            byte[] secret = new byte[ScopeHeader.SecretWords * sizeof(ulong)];
            ScopeHeader* header = Memory.Header;
            Span<byte> random = stackalloc byte[16];
            for (int i = 0; i < ScopeHeader.SecretWords; i++)
            {
                // Whoever comes first sets a word for all; each word on its own, so that nobody can die in between.
                while (Volatile.Read(ref header->Secret[i]) == 0)
                {
                    _ = Guid.NewGuid().TryWriteBytes(random);
                    ulong mixed = BinaryPrimitives.ReadUInt64LittleEndian(random) ^ BinaryPrimitives.ReadUInt64LittleEndian(random[8..]);
                    _ = Interlocked.CompareExchange(ref header->Secret[i], mixed, 0);
                }

                BinaryPrimitives.WriteUInt64LittleEndian(secret.AsSpan(i * sizeof(ulong)), header->Secret[i]);
            }

            return secret;
        }
    }

    private static Arena Arena => s_arena ??= Arena.Create(ScopeMemory.TreeName, slots: 0);

    /// <summary>This process is a child, and this is what it inherited.</summary>
    public static void Inherit(int descriptor)
    {
        ProcessCalls.CloseOnExec(descriptor);
        s_inherited = descriptor;
    }

    /// <summary>A process that this one watches has ended, and nobody else can have its number yet: frees what it left in the memory, if that is in use here.</summary>
    public static void Bury(int pid)
    {
        Volatile.Read(ref s_memory)?.Liveness.BuryProcess(pid);
        NamedMemories.Bury(pid);
    }
}
