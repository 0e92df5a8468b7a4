using Plait.Interop;

namespace Plait.Memory;

/// <summary>The folder that processes of one user meet in: <c>$XDG_RUNTIME_DIR/plait</c>, else one of ours below the temporary one. Only this user can enter it.</summary>
internal static class PrivateFolder
{
    // Each time somebody else has put the last thing in it away just then.
    private const int MostTries = 1000;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Default { get; } = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime)
        ? Path.Combine(runtime, "plait")
        : Path.Combine(Path.GetTempPath(), $"plait-{LockedFile.CurrentUser}");

    /// <summary>Makes the folder if it is not there, and checks it: below the common temporary folder anybody may have put it there.</summary>
    /// <exception cref="UnauthorizedAccessException">It is another user's, can be written by others, or is a link.</exception>
    public static void Prepare(string folder)
    {
        for (int tries = 1; ; tries++)
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder, OwnerOnly);
            }

            try
            {
                Check(folder);
                return;
            }
            catch (DirectoryNotFoundException) when (tries < MostTries)
            {
                // Whoever had the last thing in it has just removed it.
            }
        }
    }

    /// <exception cref="UnauthorizedAccessException">It is another user's, can be written by others, or is a link.</exception>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    public static void Check(string folder)
    {
        const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        using Descriptor opened = Open(folder);
        bool isOpenToOthers;
        try
        {
            isOpenToOthers = (File.GetUnixFileMode(folder) & Others) != UnixFileMode.None || new DirectoryInfo(folder).LinkTarget is not null;
        }
        catch (FileNotFoundException gone)
        {
            throw new DirectoryNotFoundException($"There is no folder {folder} any more.", gone);
        }

        if (LockedFile.Describe(opened).Owner != LockedFile.CurrentUser || isOpenToOthers)
        {
            throw new UnauthorizedAccessException($"{folder} is not a folder of this user alone, or is a link: nothing is kept there. Remove it, or set XDG_RUNTIME_DIR.");
        }
    }

    /// <summary>What is in our folder now, by its ending; nothing when the folder is gone.</summary>
    public static string[] Files(string extension)
    {
        try
        {
            return Directory.GetFiles(Default, "*" + extension);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Whoever takes the last thing out of our folder removes it; whoever puts the first one in makes it again.</summary>
    public static void RemoveIfEmpty()
    {
        try
        {
            using Descriptor locked = Lock(Default);
            Directory.Delete(Default);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // There are others in it, or it is gone already.
        }
    }

    /// <summary>Keeps other processes of Plait from making or removing sockets in the folder, and from removing it, until the result is disposed. Held for moments only.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there, or has been removed meanwhile.</exception>
    public static Descriptor Lock(string folder)
    {
        Descriptor opened = Open(folder);
        LockedFile.LockAlone(opened);
        if (LockedFile.Describe(opened).Links != 0)
        {
            return opened;
        }

        opened.Dispose();
        throw new DirectoryNotFoundException($"There is no folder {folder} any more.");
    }

    private static Descriptor Open(string folder) => MemoryFile.TryOpenToRead(folder, out int errno)
        ?? throw (errno == Errno.ENOENT ? new DirectoryNotFoundException($"There is no folder {folder}.") : new UnauthorizedAccessException($"The folder {folder} cannot be opened: {Errno.Name(errno)}."));
}
