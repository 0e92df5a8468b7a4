using System.Buffers.Binary;
using Plait.Interop;
using Plait.Processes.Channels;

namespace Plait.Processes.Bootstrap;

/// <summary>
/// The child's end of a pipe whose other end only the parent holds. Its end of file means that the parent is gone: the
/// whole group is killed then, this process and what it started. The kernel's parent-death signal says the same to this
/// process alone, and only if the parent died; both are set.
/// </summary>
internal static class Lifeline
{
    public static void Watch(int descriptor)
    {
        var pipe = new Descriptor(descriptor);
        var thread = new Thread(() => Loop(pipe), 256 * 1024) { IsBackground = true, Name = "Plait lifeline" };
        thread.UnsafeStart();
    }

    private static void Loop(Descriptor pipe)
    {
        Span<byte> command = stackalloc byte[1];
        while (pipe.Read(command) == 1)
        {
            if (command[0] == LifelineCommand.Cancel)
            {
                WorkerBootstrap.Current.Tokens.CancelAll();
            }
            else if (command[0] == LifelineCommand.CancelCall)
            {
                CancelCall(pipe);
            }
        }

        _ = ProcessCalls.SignalGroup(ProcessCalls.CurrentGroup, Signals.Kill);
        ProcessCalls.KillSelf();
    }

    // The parent writes command and number at once, and so few bytes go through a pipe whole.
    private static void CancelCall(Descriptor pipe)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        if (pipe.Read(number) == number.Length)
        {
            WorkerBootstrap.Current.Tokens.Cancel(BinaryPrimitives.ReadInt64LittleEndian(number));
        }
    }
}
