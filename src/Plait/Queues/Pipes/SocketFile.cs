using Plait.Interop;
using Plait.Memory;

namespace Plait.Queues.Pipes;

/// <summary>
/// Listening sockets in the file system. One is made, and found to be forsaken, under a lock on its folder, so that nobody takes a socket
/// for dead that is just being made.
/// </summary>
internal static class SocketFile
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    /// <summary>Makes a socket that listens, for its owner alone. A forsaken one of that path, whose process is gone, is replaced.</summary>
    /// <exception cref="ArgumentException">The path is too long for a socket.</exception>
    /// <exception cref="IOException">Somebody listens there, there is another file, or the system refused.</exception>
    public static Descriptor Listen(string path, int backlog)
    {
        int length = System.Text.Encoding.UTF8.GetByteCount(path);
        if (length > LocalSocket.LongestPath)
        {
            throw new ArgumentException($"The path of a socket has at most {LocalSocket.LongestPath} bytes; '{path}' has {length}. Choose a shorter one.", nameof(path));
        }

        while (true)
        {
            try
            {
                return TryListen(path, backlog);
            }
            catch (DirectoryNotFoundException) when (Path.GetDirectoryName(path) == PrivateFolder.Default)
            {
                // Ours, and empty until now: whoever had the last thing in it has removed it.
                PrivateFolder.Prepare(PrivateFolder.Default);
            }
        }
    }

    private static Descriptor TryListen(string path, int backlog)
    {
        Descriptor socket = LocalSocket.Create(isListener: true);
        try
        {
            using Descriptor locked = PrivateFolder.Lock(Path.GetDirectoryName(path)!);
            int errno = LocalSocket.Bind(socket, path);
            if (errno == Errno.EADDRINUSE && IsForsaken(path))
            {
                File.Delete(path);
                errno = LocalSocket.Bind(socket, path);
            }

            if (errno == Errno.ENOENT)
            {
                throw new DirectoryNotFoundException($"There is no folder for a socket at '{path}'.");
            }

            if (errno != 0)
            {
                throw new IOException(errno == Errno.EADDRINUSE
                    ? $"The address '{path}' is in use: {(LocalSocket.IsSocketFile(path) ? "somebody listens there" : "there is a file of that name")}. Choose another one, or let it be chosen."
                    : $"No socket could be made at '{path}': {new SystemCallException("bind", errno).Message}");
            }

            // Nobody can connect before it listens: there is no moment in which others could.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            LocalSocket.Listen(socket, backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Removes a socket that listens, and our folder if nothing else is in it.</summary>
    public static void Remove(string path)
    {
        File.Delete(path);
        if (Path.GetDirectoryName(path) == PrivateFolder.Default)
        {
            PrivateFolder.RemoveIfEmpty();
        }
    }

    /// <summary>A path in our own folder that nobody has, and whatever dead processes have left there swept away.</summary>
    public static string Prepare(string name)
    {
        try
        {
            PrivateFolder.Prepare(PrivateFolder.Default);
            using Descriptor locked = PrivateFolder.Lock(PrivateFolder.Default);
            foreach (string file in Directory.GetFiles(PrivateFolder.Default))
            {
                if ((file.EndsWith(DescriptorTicket.Extension, StringComparison.Ordinal) || file.EndsWith(PipeListener.Extension, StringComparison.Ordinal)) && IsForsaken(file))
                {
                    File.Delete(file);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It was empty, and is gone: there is nothing to sweep.
        }

        return Path.Combine(PrivateFolder.Default, name);
    }

    // A process that listens is known by its answer; the kernel refuses for one that is gone.
    private static bool IsForsaken(string path)
    {
        using Descriptor socket = LocalSocket.Create(isListener: false);
        return LocalSocket.IsSocketFile(path) && LocalSocket.Connect(socket, path, Look) == Errno.ECONNREFUSED;
    }
}
