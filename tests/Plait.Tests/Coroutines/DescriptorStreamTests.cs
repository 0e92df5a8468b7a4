using System.IO.Pipes;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Plait.Coroutines;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>Pipes, files and standard input, read and written by coroutines.</summary>
public sealed class DescriptorStreamTests : CoroutineTest
{
    [Fact]
    public void ReadAsync_OfAPipe_LetsOthersRunUntilSomethingComes() => RunWithPipe(static async (reader, writer) =>
    {
        byte[] buffer = new byte[16];
        Coroutine<int> read = Coroutine.Spawn(async () => await reader.ReadAsync(buffer));
        await Turns();
        Assert.True(read.IsAlive);

        await writer.WriteAsync("abc"u8.ToArray());
        Assert.Equal(3, await read);
        Assert.Equal("abc"u8, buffer.AsSpan(0, 3));
    });

    [Fact]
    public void ReadAsync_OfMoreThanABuffer_HasAllOfItInOrder() => RunWithPipe(static async (reader, writer) =>
    {
        // More than a pipe holds: both wait for each other, again and again.
        byte[] sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        Coroutine writing = Coroutine.Spawn(async () =>
        {
            await writer.WriteAsync(sent);
            await writer.DisposeAsync();
        });
        using var received = new MemoryStream();
        await reader.CopyToAsync(received);
        await writing;
        Assert.Equal(sent, received.ToArray());
    });

    [Fact]
    public void ReadLineAsync_OfAReaderOverIt_GivesLinesAsTheyCome() => RunWithPipe(static async (reader, writer) =>
    {
        using var lines = new StreamReader(reader);
        Coroutine<string?> line = Coroutine.Spawn(() => lines.ReadLineAsync());
        foreach (string part in "o|ne\ntw|o\n".Split('|'))
        {
            await Turns();
            await writer.WriteAsync(Encoding.UTF8.GetBytes(part));
        }

        Assert.Equal("one", await line);
        Assert.Equal("two", await lines.ReadLineAsync());
        await writer.DisposeAsync();
        Assert.Null(await lines.ReadLineAsync());
        Assert.NotNull(Coroutine.Current);
    });

    [Fact]
    public void ReadAsync_ThatIsKilled_LosesNoByte() => RunWithPipe(static async (reader, writer) =>
    {
        byte[] buffer = new byte[16];
        Coroutine read = Coroutine.Spawn(async () => _ = await reader.ReadAsync(buffer));
        await Turns();
        await writer.WriteAsync("abc"u8.ToArray());
        await Coroutine.KillAll(read);
        Assert.Equal(3, await reader.ReadAsync(buffer));
    });

    [Fact]
    public void ReadAsync_InAScopeOfTime_EndsWithIt() => RunWithPipe(static async (reader, writer) =>
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => Coroutine.WithTimeout(Short, async () => _ = await reader.ReadAsync(new byte[1]))));

    [Fact]
    public void WriteAsync_WhenNobodyReadsAnyMore_Throws() => RunWithPipe(static async (reader, writer) =>
    {
        await reader.DisposeAsync();
        IOException error = await Assert.ThrowsAsync<IOException>(async () => await writer.WriteAsync(new byte[1]));
        Assert.Equal("write failed (EPIPE).", error.Message);
    });

    [Fact]
    public void Dispose_WhileOneReads_EndsTheRead() => RunWithPipe(static async (reader, writer) =>
    {
        Coroutine read = Coroutine.Spawn(async () => _ = await reader.ReadAsync(new byte[1]));
        await Turns();
        await reader.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(async () => await read);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => _ = await reader.ReadAsync(new byte[1]));
    });

    [Fact]
    public void ReadAsync_TwiceAtATime_IsRefused() => RunWithPipe(static async (reader, writer) =>
    {
        Coroutine read = Coroutine.Spawn(async () => _ = await reader.ReadAsync(new byte[1]));
        await Turns();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => _ = await reader.ReadAsync(new byte[1]));
        await writer.WriteAsync(new byte[1]);
        await read;
    });

    [Fact]
    public void Calls_ThatTheDescriptorDoesNotAllow_SayWhatToDo() => RunWithPipe(static async (reader, writer) =>
    {
        Assert.Equal((true, false, false, true), (reader.CanRead, reader.CanWrite, writer.CanRead, writer.CanWrite));
        Assert.Contains("to be written", (await Assert.ThrowsAsync<NotSupportedException>(async () => await reader.WriteAsync(new byte[1]))).Message, StringComparison.Ordinal);
        Assert.Contains("to be read", (await Assert.ThrowsAsync<NotSupportedException>(async () => _ = await writer.ReadAsync(new byte[1]))).Message, StringComparison.Ordinal);
        Assert.Contains("ReadAsync", Assert.Throws<NotSupportedException>(() => reader.Read(new byte[1], 0, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => reader.Length);
    });

    [Fact]
    public void ReadAsync_OutsideOfItsLoop_IsRefused()
    {
        DescriptorStream? kept = null;
        RunWithPipe(async (reader, writer) =>
        {
            kept = reader;
            await Task.Run(() => Assert.ThrowsAsync<InvalidOperationException>(async () => _ = await reader.ReadAsync(new byte[1])));
        });
        Assert.False(kept!.CanRead);
    }

    [Fact]
    public void ReadAsync_OfAPlainFile_ReadsIt()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "first\nsecond\n");
            Run(async () =>
            {
                using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
                await using var stream = new DescriptorStream(handle);
                using var lines = new StreamReader(stream, leaveOpen: true);
                Assert.Equal("first", await lines.ReadLineAsync());
                Assert.Equal("second", await lines.ReadLineAsync());
                await stream.WriteAsync("third\n"u8.ToArray());
            });
            Assert.EndsWith("third\n", File.ReadAllText(path), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void OpenStandardInput_InAChild_GivesTheLinesItIsSent()
    {
        using ChildProcess<string> child = ChildProcess.Start(EchoLines, new ChildProcessOptions { StandardInput = ChildInput.Pipe });
        child.StandardInput!.Write("one\ntwo\n"u8);
        child.StandardInput.Dispose();
        Assert.Equal("one,two", child.Result);
    }

    internal static string EchoLines() => EventLoop.Run(static async () =>
    {
        using var lines = new StreamReader(DescriptorStream.OpenStandardInput());
        List<string> all = [];
        while (await lines.ReadLineAsync() is { } line)
        {
            all.Add(line);
        }

        return string.Join(',', all);
    });

    private static void RunWithPipe(Func<DescriptorStream, DescriptorStream, Task> test) => Run(async () =>
    {
        using var outer = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var writer = new DescriptorStream(outer.SafePipeHandle);
        await using var reader = new DescriptorStream(outer.ClientSafePipeHandle);

        // Only the streams' own descriptors are left.
        outer.DisposeLocalCopyOfClientHandle();
        outer.SafePipeHandle.Dispose();
        await test(reader, writer);
    });
}
