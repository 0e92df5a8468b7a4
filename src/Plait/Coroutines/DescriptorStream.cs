using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Plait.Coroutines.Engine;
using Plait.Interop;

namespace Plait.Coroutines;

/// <summary>
/// A pipe, a FIFO, a terminal, standard input, or anything else with a descriptor, as a stream for coroutines: a read or write that has to wait lets the others of the loop run, and a
/// kill or the end of a scope of time ends the wait without the loss of a byte. For coroutines of the loop on which it was made, one read and one write at a time.
/// </summary>
/// <remarks>
/// It has a descriptor of its own, and does not set whether that blocks, since other processes may share what stands behind it: it asks before each call. Should another process
/// read the same bytes in between, the read waits in the kernel, and the loop with it. Plain files, which are always ready, are read and written on the thread pool.
/// </remarks>
public sealed class DescriptorStream : Stream
{
    private readonly EventLoop _loop;
    private readonly LoopDescriptor _descriptor;
    private readonly DescriptorRead _read;
    private readonly DescriptorWrite _write;
    private readonly bool _isAlwaysReady;
    private readonly (bool Read, bool Write) _access;
    private CoroutineContext? _user;

    /// <summary>Of what a handle stands for, which remains its owner's.</summary>
    /// <param name="handle">An open descriptor, such as that of an anonymous pipe's end, or of a child process's standard output.</param>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    /// <exception cref="IOException">The system watches no more descriptors, or this process may have no more.</exception>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public DescriptorStream(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _user = CoroutineContext.Require(nameof(DescriptorStream));
        _loop = _user.Loop;
        try
        {
            using var own = Descriptor.Duplicate(handle);
            _access = ByteCalls.AccessOf(own.Number);
            _descriptor = new LoopDescriptor(own.Number);
            _isAlwaysReady = !TryWatch();
            _ = own.Detach();
        }
        catch (SystemCallException refused)
        {
            throw new IOException($"The descriptor cannot be used by event loop '{_loop.Name}': {refused.Message}", refused);
        }

        _read = new DescriptorRead(_loop, _descriptor);
        _write = new DescriptorWrite(_loop, _descriptor);
    }

    /// <summary>The standard input of this process: lines as they are typed, or what is piped in. <c>new StreamReader(stream)</c> reads lines.</summary>
    /// <returns>A stream of its own; to dispose of it leaves standard input open.</returns>
    /// <exception cref="InvalidOperationException">No coroutine runs on this thread.</exception>
    public static DescriptorStream OpenStandardInput()
    {
        using var input = new SafeFileHandle(0, ownsHandle: false);
        return new DescriptorStream(input);
    }

    /// <inheritdoc/>
    public override bool CanRead => _access.Read && !_descriptor.IsClosed;

    /// <inheritdoc/>
    public override bool CanWrite => _access.Write && !_descriptor.IsClosed;

    /// <summary>False: what has been read is gone.</summary>
    public override bool CanSeek => false;

    /// <summary>Not known.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw NoPosition();

    /// <summary>Not known.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "What a stream without positions does.")]
    public override long Position
    {
        get => throw NoPosition();
        set => throw NoPosition();
    }

    /// <summary>Reads what there is; waits while there is nothing.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="cancellationToken">Looked at before it begins: what ends a wait is a kill, or the end of a scope of time.</param>
    /// <returns>How many there were; 0 at the end.</returns>
    /// <exception cref="IOException">The system refused, or it was closed meanwhile.</exception>
    /// <exception cref="InvalidOperationException">Another read is under way, or no coroutine of its loop runs here.</exception>
    /// <exception cref="NotSupportedException">It was opened to be written only.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowUnless(_access.Read, "read", cancellationToken);
        return buffer.IsEmpty ? new ValueTask<int>(0)
            : _isAlwaysReady ? new ValueTask<int>(Task.Run(() => ByteCalls.Checked(ByteCalls.Read(_descriptor.Number, buffer.Span), "read"), CancellationToken.None))
            : _read.Read(Enter(), buffer);
    }

    /// <summary>Writes all; waits while the other end takes no more. What ends the wait early leaves a part written.</summary>
    /// <param name="buffer">The bytes.</param>
    /// <param name="cancellationToken">Looked at before it begins: what ends a wait is a kill, or the end of a scope of time.</param>
    /// <returns>To be awaited.</returns>
    /// <exception cref="IOException">Nobody reads any more (EPIPE), or the system refused for another reason.</exception>
    /// <exception cref="InvalidOperationException">Another write is under way, or no coroutine of its loop runs here.</exception>
    /// <exception cref="NotSupportedException">It was opened to be read only.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowUnless(_access.Write, "written", cancellationToken);
        return buffer.IsEmpty ? default
            : _isAlwaysReady ? new ValueTask(Task.Run(() => WriteAll(buffer), CancellationToken.None))
            : _write.Write(Enter(), buffer);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Would block the loop.</summary>
    /// <exception cref="NotSupportedException">Always: use <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>.</exception>
    public override int Read(byte[] buffer, int offset, int count) => throw WouldBlock();

    /// <summary>Would block the loop.</summary>
    /// <exception cref="NotSupportedException">Always: use <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public override void Write(byte[] buffer, int offset, int count) => throw WouldBlock();

    /// <summary>Does nothing: what was written has left this process.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>There are no positions.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw NoPosition();

    /// <summary>There are no positions.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw NoPosition();

    /// <summary>Closes its descriptor; who waits for it fails. From any thread.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _loop.IsOnLoop)
        {
            CloseHere();
        }
        else if (disposing)
        {
            // Where the loop has ended, only a plain file is left.
            _ = new ClosingStep(CloseHere, () =>
            {
                if (_isAlwaysReady)
                {
                    _descriptor.CloseUnwatched();
                }
            }).TryPost(_loop, context: null);
        }

        base.Dispose(disposing);
    }

    private void CloseHere()
    {
        if (!_descriptor.IsClosed)
        {
            var closed = new IOException("The stream was closed here while it was used.");
            _read.Fail(closed);
            _write.Fail(closed);
            _descriptor.Close(_loop.Poller);
            _user = null;
        }
    }

    private bool TryWatch()
    {
        try
        {
            _loop.Poller.Watch(_descriptor);
            return true;
        }
        catch (SystemCallException refused) when (refused.Number == Errno.EPERM)
        {
            return false;
        }
    }

    private void ThrowUnless(bool isAllowed, string what, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_descriptor.IsClosed, this);
        if (!isAllowed)
        {
            throw new NotSupportedException($"The descriptor was not opened to be {what}.");
        }
    }

    private CoroutineContext Enter()
    {
        _user = CoroutineContext.RequireOf(_loop, _user, "A descriptor");
        _user.ThrowIfCancelled();
        return _user;
    }

    private void WriteAll(ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            rest = rest[ByteCalls.Checked(ByteCalls.Write(_descriptor.Number, rest.Span), "write")..];
        }
    }

    private static NotSupportedException NoPosition() => new("Such a stream has no positions, and no length.");

    private static NotSupportedException WouldBlock() => new("A read or write that blocks would stop the loop: use ReadAsync and WriteAsync.");
}
