using Plait.Interop;
using Plait.Memory;

namespace Plait.Processes.Managers;

/// <summary>The names of the sockets, in the folder of this user's own.</summary>
internal static class ManagerSockets
{
    /// <summary>Removes the names of managers that had no chance to: nobody listens there.</summary>
    public static void RemoveForsaken()
    {
        foreach (string path in PrivateFolder.Files(ManagerAddress.Extension))
        {
            try
            {
                StreamSocket.Connect(path).Dispose();
            }
            catch (SystemCallException)
            {
                // A name is given only to a socket that listens, so there is no manager that is about to.
                Remove(path);
            }
        }
    }

    /// <summary>Makes a socket that others find by its path once it can be connected to: a name without a listener is a dead manager's.</summary>
    /// <exception cref="SystemCallException">It cannot be made there.</exception>
    public static StreamSocket Publish(string path)
    {
        const int MostTries = 5;
        string first = path + ".new";
        for (int i = 1; ; i++)
        {
            // Another program of this user may just have removed the folder, which was empty.
            PrivateFolder.Prepare(PrivateFolder.Default);
            try
            {
                StreamSocket listener = StreamSocket.Listen(first);
                File.SetUnixFileMode(first, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.Move(first, path, overwrite: true);
                return listener;
            }
            catch (SystemCallException error) when (error.Number == Errno.ENOENT && i < MostTries)
            {
                continue;
            }
        }
    }

    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
            PrivateFolder.RemoveIfEmpty();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next manager tries again.
        }
    }
}
