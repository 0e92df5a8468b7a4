using System.Globalization;

namespace Plait.Interop;

/// <summary>What a process has that its parts share: directory, threads, memory.</summary>
internal static unsafe class ProcessState
{
    /// <summary>Fills in the current directory with its closing zero; the number of bytes. 0 when it cannot be told: it was removed, or is longer than the buffer.</summary>
    public static int GetCurrentDirectory(byte[] buffer)
    {
        fixed (byte* start = buffer)
        {
            return (int)Math.Max(0, Libc.syscall(SystemCall.GetCurrentDirectory, (nint)start, buffer.Length, 0, 0, 0, 0));
        }
    }

    /// <summary>Goes to a directory that <see cref="GetCurrentDirectory"/> gave; false when it is gone.</summary>
    public static bool SetCurrentDirectory(byte[] zeroTerminated)
    {
        fixed (byte* start = zeroTerminated)
        {
            return Libc.chdir(start) == 0;
        }
    }

    /// <summary>Whether the process has that thread; true when it cannot be told.</summary>
    public static bool HasThread(int pid, int tid) =>
        Libc.syscall(SystemCall.SignalThread, pid, tid, 0, 0, 0, 0) == 0 || System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Errno.ESRCH;

    /// <summary>Threads of this process that the runtime did not make for itself. The runtime's have names that begin with ".NET".</summary>
    public static int CountUserThreads()
    {
        int count = 0;
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                string name = File.ReadAllText(task + "/comm");
                count += name.StartsWith(".NET", StringComparison.Ordinal) || name.StartsWith("dotnet-", StringComparison.Ordinal) ? 0 : 1;
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return count;
    }

    /// <summary>The resident set of a process in bytes; 0 when it is gone.</summary>
    public static long ReadResidentBytes(int pid)
    {
        try
        {
            // "size resident shared …", in pages.
            string[] fields = File.ReadAllText($"/proc/{pid}/statm").Split(' ');
            return fields.Length > 1 ? long.Parse(fields[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
