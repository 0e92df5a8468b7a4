using System.Buffers;
using Plait.Codecs;
using Plait.Memory;
using Plait.SharedData.Engine;
using Plait.Synchronization;
using Plait.Synchronization.Engine;

namespace Plait.SharedData;

/// <summary>
/// Bytes that processes share. Without a name it belongs to this program and its children, and is handed over as an argument, a captured value or an
/// item of a queue. With one, unrelated processes of the same user find it; it is gone when the last of them has disposed it or is dead.
/// </summary>
/// <remarks>
/// A block with a name is a file in <c>$XDG_RUNTIME_DIR/plait</c>, or else in the temporary folder, that only this user can open. Should all
/// who use it be killed at once, it stays there until the next process makes or opens a block.
/// </remarks>
public sealed unsafe class SharedMemoryBlock : SharedObject
{
    // No scope of a program has this number.
    private const uint ScopeOfBlocks = uint.MaxValue;

    private readonly NamedBlock? _named;
    private readonly BlockMemory _memory;
    private bool _isDisposed;

    internal SharedMemoryBlock(SharedPart part)
        : base(part)
    {
        Size = (int)part.Length;
        _memory = new BlockMemory(this);
    }

    private SharedMemoryBlock(NamedBlock named)
        : base(part: null)
    {
        _named = named;
        Size = (int)named.Size;
        _memory = new BlockMemory(this);
    }

    /// <summary>How many bytes it has.</summary>
    public int Size { get; }

    /// <summary>Whether unrelated processes find it by its name.</summary>
    public bool IsNamed => _named is not null;

    /// <inheritdoc/>
    public override string Name => _named?.Name ?? Part.Name;

    /// <summary>The scope whose memory it lies in.</summary>
    /// <exception cref="NotSupportedException">It has a name, and belongs to no scope.</exception>
    public override IScope Scope => _named is null ? Part.Scope : throw NoScope();

    /// <summary>A reentrant lock that goes with the block.</summary>
    /// <exception cref="NotSupportedException">It has a name, and belongs to no scope: take a lock of <see cref="ProcessScope.Open"/>.</exception>
    /// <inheritdoc/>
    public override IReentrantLock Lock => _named is null ? Part.Lock : throw NoScope();

    /// <summary>All bytes, in place. Valid until this object is disposed: what touches them after that may end the process.</summary>
    /// <exception cref="ObjectDisposedException">This object is disposed.</exception>
    public Span<byte> Span => new(Data, Size);

    /// <summary>The same for async code and for streams. Valid as long.</summary>
    /// <exception cref="ObjectDisposedException">This object is disposed.</exception>
    public Memory<byte> Memory
    {
        get
        {
            _ = Data;
            return _memory.Memory;
        }
    }

    internal override ObjectKind Kind => ObjectKind.SharedMemory;

    private byte* Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _named is null ? Part.DataToHandOut : _named.Data;
        }
    }

    /// <summary>New bytes, all zero, for this program and its children.</summary>
    /// <param name="size">How many, 1 to 2,147,483,647. Their memory is taken when it is first touched.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    /// <exception cref="ScopeCapacityException">There is no room in the memory of the program and its children.</exception>
    public static SharedMemoryBlock Create(long size)
    {
        Check(size);
        var scope = new ProcessScope(TreeMemory.Memory, ScopeOfBlocks, "blocks");
        var shape = new SharedShape(ObjectKind.SharedMemory, 1, size, 0, "bytes");
        return new SharedMemoryBlock(SharedPart.Create(scope, name: null, shape, static _ => { }));
    }

    /// <summary>New bytes, all zero, that others find by their name.</summary>
    /// <param name="name">1 to 100 letters, digits, '-', '_' and '.', not beginning with '.'.</param>
    /// <param name="size">How many, 1 to 2,147,483,647. Their memory is taken at once: it is never missing later.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    /// <exception cref="IOException">There is a block of that name that somebody uses, or the file system has no room.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is another user's, or open to others.</exception>
    public static SharedMemoryBlock Create(string name, long size)
    {
        Check(name);
        Check(size);
        return Wrap(NamedBlock.TryCreate(name, size) ?? throw new IOException($"There is a shared memory block '{name}' already. Open it, or choose another name."));
    }

    /// <summary>The bytes that somebody made under that name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="FileNotFoundException">Nobody has a block of that name.</exception>
    /// <exception cref="InvalidDataException">The file of that name is no block.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is another user's, or open to others.</exception>
    public static SharedMemoryBlock Open(string name)
    {
        Check(name);
        return Wrap(NamedBlock.TryOpen(name) ?? throw new FileNotFoundException($"There is no shared memory block '{name}': nobody has made it, or the last one who had it is gone. Create it.", name));
    }

    /// <summary>The bytes that somebody made under that name, or new ones.</summary>
    /// <param name="name">1 to 100 letters, digits, '-', '_' and '.', not beginning with '.'.</param>
    /// <param name="size">How many new ones have, 1 to 2,147,483,647.</param>
    /// <exception cref="ArgumentException">The name is none, or the block has another size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    /// <exception cref="IOException">The file system has no room.</exception>
    /// <exception cref="InvalidDataException">The file of that name is no block.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is another user's, or open to others.</exception>
    public static SharedMemoryBlock OpenOrCreate(string name, long size)
    {
        Check(name);
        Check(size);
        while (true)
        {
            if (NamedBlock.TryOpen(name) is { } found)
            {
                if (found.Size == size)
                {
                    return Wrap(found);
                }

                found.Dispose();
                throw new ArgumentException($"The shared memory block '{name}' has {found.Size:N0} bytes, not {size:N0}. Open it to take it as it is, or choose another name.", nameof(size));
            }

            if (NamedBlock.TryCreate(name, size) is { } made)
            {
                return Wrap(made);
            }
        }
    }

    /// <summary>What it is, for people.</summary>
    public override string ToString() => $"shared memory block '{Name}' of {Size:N0} bytes";

    /// <summary>One with a name that travelled; null for one of the program's memory, which is read by the caller.</summary>
    internal static SharedMemoryBlock? TryRead(ref PayloadReader reader, CodecDirection direction)
    {
        if (!reader.ReadBool())
        {
            return null;
        }

        // Bytes from a child open no files here: it can only have what was open already.
        string name = reader.ReadString();
        if (!NamedArena.IsName(name) || (direction == CodecDirection.FromChild && !NamedBlock.IsOpen(name)))
        {
            throw new InvalidDataException($"The message has the shared memory block '{name}', which this process has not opened.");
        }

        return Wrap(NamedBlock.TryOpen(name) ?? throw new InvalidDataException($"The shared memory block '{name}' is gone: who sent it did not keep it."));
    }

    internal override bool WriteOwn(PayloadWriter writer)
    {
        _ = Data;
        if (_named is null)
        {
            return base.WriteOwn(writer);
        }

        writer.WriteBool(value: true);
        writer.WriteString(Name);
        return true;
    }

    private protected override void DisposeOwn()
    {
        _isDisposed = true;
        _named?.Dispose();
        base.DisposeOwn();
    }

    private static SharedMemoryBlock Wrap(NamedBlock named)
    {
        SharedDataExtension.Enter();
        return new SharedMemoryBlock(named);
    }

    private static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!NamedArena.IsName(name))
        {
            throw new ArgumentException($"The name of a block is 1 to 100 letters, digits, '-', '_' and '.', and does not begin with '.'; '{name}' is not.", nameof(name));
        }
    }

    private static void Check(long size)
    {
        if (size is < 1 or > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, $"A shared memory block has 1 to {int.MaxValue:N0} bytes.");
        }
    }

    private NotSupportedException NoScope() => new($"The {this} has a name and belongs to no scope. For a lock that goes with it, open a scope by a name: ProcessScope.Open.");

    private sealed class BlockMemory(SharedMemoryBlock block) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => block.Span;

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, block.Size);
            return new MemoryHandle(block.Data + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
