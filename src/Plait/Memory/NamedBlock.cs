using Plait.Interop;

namespace Plait.Memory;

/// <summary>
/// Memory that unrelated processes of one user find by name: a file in <see cref="PrivateFolder"/>, mapped. As with <see cref="NamedArena"/>, everybody
/// who uses it keeps a shared lock on it that the kernel takes away with the process; whoever can lock it alone knows that nobody else is left, and
/// removes it.
/// </summary>
internal sealed unsafe class NamedBlock : IDisposable
{
    private const string Extension = ".block";

    // What stands before the bytes: a page.
    private const int HeaderBytes = 4096;

    // "PLAITBLK" read as a little-endian number; then the size.
    private const ulong Magic = 0x4B4C_4254_4941_4C50;

    private static readonly Lock Gate = new();
    private static readonly List<NamedBlock> Opened = [];
    private static bool s_isWatched;

    private readonly Descriptor _file;
    private readonly string _path;
    private byte* _address;

    private NamedBlock(string name, string path, Descriptor file, byte* address, long size)
    {
        Name = name;
        Size = size;
        _path = path;
        _file = file;
        _address = address;
        lock (Gate)
        {
            if (!s_isWatched)
            {
                s_isWatched = true;
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => CloseAll();
            }

            Opened.Add(this);
        }
    }

    public string Name { get; }

    public long Size { get; }

    /// <summary>The first byte; null once it is disposed.</summary>
    public byte* Data => _address is null ? null : _address + HeaderBytes;

    /// <summary>Whether this process has it open.</summary>
    public static bool IsOpen(string name)
    {
        lock (Gate)
        {
            return Opened.Exists(block => block.Name == name);
        }
    }

    /// <summary>Makes the block of that name, all zeros; null when there is one that somebody uses.</summary>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is another user's, or open to others.</exception>
    /// <exception cref="IOException">There is no room for it.</exception>
    public static NamedBlock? TryCreate(string name, long size)
    {
        string path = PathOf(name);
        RemoveForsaken();
        while (true)
        {
            if (!TryMake(path, out Descriptor? file))
            {
                continue;
            }

            if (file is null)
            {
                if (!RemoveIfForsaken(path))
                {
                    return null;
                }

                continue;
            }

            try
            {
                // Who opened it before we had it locked took it for forsaken, and removes it: then another file has the name by now.
                if (LockedFile.TryLockAlone(file) && LockedFile.Describe(file).Links != 0)
                {
                    Fill(file, path, size);
                    LockedFile.LockTogether(file);

                    // The lock was changed in two steps.
                    if (LockedFile.Describe(file).Links != 0)
                    {
                        return Map(name, path, file);
                    }
                }
            }
            catch
            {
                file.Dispose();
                throw;
            }

            file.Dispose();
        }
    }

    /// <summary>Opens the block of that name; null when nobody has one.</summary>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is another user's, or open to others.</exception>
    /// <exception cref="InvalidDataException">The file is no block.</exception>
    public static NamedBlock? TryOpen(string name)
    {
        string path = PathOf(name);
        RemoveForsaken();
        while (true)
        {
            Descriptor? file = LockedFile.TryOpen(path);
            if (file is null)
            {
                return null;
            }

            try
            {
                Check(file, path);
                if (LockedFile.TryLockAlone(file))
                {
                    // Its users have all died without a chance to remove it.
                    Remove(file, path);
                    file.Dispose();
                    continue;
                }

                LockedFile.LockTogether(file);
                if (LockedFile.Describe(file).Links != 0)
                {
                    return Map(name, path, file);
                }
            }
            catch
            {
                file.Dispose();
                throw;
            }

            file.Dispose();
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (_address is null)
            {
                return;
            }

            Opened.Remove(this);
            MemoryFile.Unmap(_address, Size + HeaderBytes);
            _address = null;
            if (LockedFile.TryLockAlone(_file))
            {
                Remove(_file, _path);
            }

            _file.Dispose();
        }
    }

    private static void CloseAll()
    {
        NamedBlock[] all;
        lock (Gate)
        {
            all = [.. Opened];
        }

        foreach (NamedBlock block in all)
        {
            // Not unmapped: other threads may still be at work.
            if (LockedFile.TryLockAlone(block._file))
            {
                Remove(block._file, block._path);
            }
        }
    }

    private static string PathOf(string name) => Path.Combine(PrivateFolder.Default, name + Extension);

    // False when the folder was removed, as an empty one, between two steps. Null when there is a file of that name.
    private static bool TryMake(string path, out Descriptor? file)
    {
        try
        {
            PrivateFolder.Prepare(PrivateFolder.Default);
            file = LockedFile.TryCreate(path);
            return true;
        }
        catch (Exception error) when (error is DirectoryNotFoundException or SystemCallException { Number: Errno.ENOENT })
        {
            file = null;
            return false;
        }
    }

    private static void RemoveForsaken()
    {
        string[] paths;
        try
        {
            if (!Directory.Exists(PrivateFolder.Default))
            {
                return;
            }

            PrivateFolder.Check(PrivateFolder.Default);
            paths = Directory.GetFiles(PrivateFolder.Default, "*" + Extension);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }

        foreach (string path in paths)
        {
            try
            {
                _ = RemoveIfForsaken(path);
            }
            catch (Exception error) when (error is SystemCallException or IOException or UnauthorizedAccessException)
            {
                // Not ours to remove, or gone meanwhile.
            }
        }
    }

    // False when somebody uses it.
    private static bool RemoveIfForsaken(string path)
    {
        using Descriptor? file = LockedFile.TryOpen(path);
        if (file is null)
        {
            return true;
        }

        Check(file, path);
        if (!LockedFile.TryLockAlone(file))
        {
            return false;
        }

        Remove(file, path);
        return true;
    }

    // Under the lock alone: nobody else removes this one, and nobody can have made another of that name while it is there.
    private static void Remove(Descriptor file, string path)
    {
        if (LockedFile.Describe(file).Links == 0)
        {
            return;
        }

        File.Delete(path);
        PrivateFolder.RemoveIfEmpty();
    }

    private static void Check(Descriptor file, string path)
    {
        FileFacts facts = LockedFile.Describe(file);
        if (!facts.IsRegular || facts.Owner != LockedFile.CurrentUser || facts.IsOpenToOthers)
        {
            throw new UnauthorizedAccessException($"{path} is not a file of this user alone (owner {facts.Owner}, mode {Convert.ToString(facts.Mode & 0x1FF, 8)}). It was not made by Plait: remove it, or choose another name.");
        }
    }

    private static void Fill(Descriptor file, string path, long size)
    {
        try
        {
            LockedFile.Reserve(file, size + HeaderBytes);
        }
        catch (SystemCallException error)
        {
            File.Delete(path);
            throw new IOException($"No room for a block of {size:N0} bytes in {PrivateFolder.Default}: {error.Message}. Free some, or set XDG_RUNTIME_DIR to a folder with more.", error);
        }

        byte* header = MemoryFile.TryMap(file.Number, HeaderBytes);
        if (header is null)
        {
            File.Delete(path);
            throw new OutOfMemoryException("No address space for a block's header. Raise the limit on virtual memory (ulimit -v).");
        }

        ((ulong*)header)[0] = Magic;
        ((long*)header)[1] = size;
        MemoryFile.Unmap(header, HeaderBytes);
    }

    private static NamedBlock Map(string name, string path, Descriptor file)
    {
        long bytes = MemoryFile.SizeOf(file.Number);
        byte* address = bytes > HeaderBytes ? MemoryFile.TryMap(file.Number, bytes) : null;
        if (address is null)
        {
            throw bytes > HeaderBytes
                ? new OutOfMemoryException($"No address space for the block '{name}' of {bytes:N0} bytes. Raise the limit on virtual memory (ulimit -v).")
                : new InvalidDataException($"{path} is no block: it has {bytes} bytes.");
        }

        ulong magic = ((ulong*)address)[0];
        long size = ((long*)address)[1];
        if (magic != Magic || size != bytes - HeaderBytes || size > int.MaxValue)
        {
            MemoryFile.Unmap(address, bytes);
            throw new InvalidDataException($"{path} is no block: its magic is {magic:x16}, and it claims {size:N0} of {bytes:N0} bytes. It was not made by this build of Plait: remove it, or choose another name.");
        }

        return new NamedBlock(name, path, file, address, size);
    }
}
