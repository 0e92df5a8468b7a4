using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// Arenas that unrelated processes of one user find by name: files in <see cref="PrivateFolder"/>.
/// Every process that uses one keeps a shared lock on it, which the kernel takes away when the process ends; whoever can
/// lock it alone knows that everybody else is gone, and starts it anew or removes it.
/// </summary>
internal static class NamedArena
{
    /// <summary>All of it is reserved when it is made: a store into a full file system would end the process.</summary>
    public const long Capacity = 64L << 20;

    private const string Extension = ".scope";
    private const int LongestName = 100;

    public static string Folder => PrivateFolder.Default;

    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name[0] != '.' && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');

    public static string PathOf(string name) => Path.Combine(Folder, name + Extension);

    /// <summary>The name of the arena in that file; null when it is not one of ours.</summary>
    public static string? NameOf(string path) =>
        Path.GetFileName(path) is var file && file.EndsWith(Extension, StringComparison.Ordinal) && IsName(file[..^Extension.Length])
        && Path.GetFileName(Path.GetDirectoryName(path)) is { } folder && folder.StartsWith("plait", StringComparison.Ordinal)
            ? file[..^Extension.Length]
            : null;

    /// <summary>Opens the arena of that name, or makes it. The descriptor holds the lock; it is the caller's.</summary>
    /// <exception cref="ArgumentException">The name cannot be that of a file.</exception>
    /// <exception cref="InvalidDataException">It belongs to another build of Plait, or is no arena.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is another user's, or open to others.</exception>
    /// <exception cref="IOException">There is no room for it.</exception>
    public static (Arena Arena, Descriptor File) Open(string name)
    {
        if (!IsName(name))
        {
            throw new ArgumentException($"The name of a scope is 1 to {LongestName} letters, digits, '-', '_' and '.', and does not begin with '.'; '{name}' is not.", nameof(name));
        }

        PrivateFolder.Prepare(Folder);
        RemoveForsaken();
        string path = Path.Combine(Folder, name + Extension);
        while (true)
        {
            Descriptor file;
            try
            {
                file = LockedFile.TryOpen(path) ?? LockedFile.TryCreate(path) ?? LockedFile.TryOpen(path) ?? throw new IOException($"{path} appears and vanishes: too many processes open and close scope '{name}' at once. Try again.");
            }
            catch (SystemCallException gone) when (gone.Number == Errno.ENOENT)
            {
                // Whoever had the last thing in the folder has just removed it.
                PrivateFolder.Prepare(Folder);
                continue;
            }

            try
            {
                if (TryUse(file, path, out Arena? arena))
                {
                    return (arena, file);
                }
            }
            catch
            {
                file.Dispose();
                throw;
            }

            // Removed by its last user between our open and our lock.
            file.Dispose();
        }
    }

    /// <summary>Removes the file if nobody else uses it. At the end of the process.</summary>
    public static void RemoveIfLast(string name, Descriptor file)
    {
        if (LockedFile.TryLockAlone(file))
        {
            File.Delete(Path.Combine(Folder, name + Extension));
            PrivateFolder.RemoveIfEmpty();
        }
    }

    private static bool TryUse(Descriptor file, string path, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Arena? arena)
    {
        FileFacts facts = LockedFile.Describe(file);
        if (!facts.IsRegular || facts.Owner != LockedFile.CurrentUser || facts.IsOpenToOthers)
        {
            throw new UnauthorizedAccessException($"{path} is not a file of this user alone (owner {facts.Owner}, mode {Convert.ToString(facts.Mode & 0x1FF, 8)}). It was not made by Plait: remove it, or choose another name.");
        }

        if (LockedFile.TryLockAlone(file))
        {
            // Everybody who used it is gone, or nobody has yet.
            try
            {
                LockedFile.Reserve(file, Capacity);
            }
            catch (SystemCallException error)
            {
                File.Delete(path);
                throw new IOException($"No room for scope memory of {Capacity >> 20} MiB in {Folder}: {error.Message}. Free some, or set XDG_RUNTIME_DIR to a folder with more.", error);
            }

            Arena.WriteHeader(file, Capacity, slots: 0);
        }

        LockedFile.LockTogether(file);
        if (LockedFile.Describe(file).Links == 0)
        {
            arena = null;
            return false;
        }

        arena = Arena.Open(file.Number);
        return true;
    }

    // Of other names, whose users have all died without a chance to remove them.
    private static void RemoveForsaken()
    {
        foreach (string path in PrivateFolder.Files(Extension))
        {
            try
            {
                using Descriptor? file = LockedFile.TryOpen(path);
                if (file is not null && LockedFile.Describe(file) is { IsRegular: true } facts && facts.Owner == LockedFile.CurrentUser && LockedFile.TryLockAlone(file))
                {
                    File.Delete(path);
                }
            }
            catch (Exception error) when (error is SystemCallException or IOException or UnauthorizedAccessException)
            {
                // Not ours to remove, or gone meanwhile.
            }
        }
    }
}
