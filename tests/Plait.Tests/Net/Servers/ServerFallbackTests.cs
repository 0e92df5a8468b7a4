using System.Runtime.InteropServices;
using Plait.Interop;
using Plait.Net.Servers;
using Plait.Processes;
using Xunit;

namespace Plait.Tests.Net.Servers;

/// <summary>A model that the system may refuse, and what is said then.</summary>
public sealed partial class ServerFallbackTests : ServerTest
{
    [Theory]
    [InlineData(Errno.ENOSYS, "the kernel has none")]
    [InlineData(Errno.EPERM, "")]
    [InlineData(Errno.EINVAL, "Linux 5.19")]
    [InlineData(Errno.ENOMEM, "ulimit -l")]
    [InlineData(Errno.EMFILE, "ulimit -n")]
    public void Start_WhereARingIsRefused_ServesAsCoroutineAndSaysWhy(int errno, string reason)
    {
        StreamServer server = StartServer(EchoAsync, new() { Model = ServerModel.Proactor, RingRefusal = errno });

        Connect(server).Echo("all the same");
        Assert.Equal((ServerModel.Coroutine, ServerModel.Proactor), (server.Model, server.Options.Model));
        Assert.StartsWith($"io_uring is not to be had ({Errno.Name(errno)}): ", server.FallbackReason, StringComparison.Ordinal);
        Assert.Contains(reason, server.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfAProactor_DoesAsTheProbeSays()
    {
        string? reason = ServerModels.WhyNot(ServerModel.Proactor);

        StreamServer server = StartServer(EchoAsync, new() { Model = ServerModel.Proactor });

        Connect(server).Echo("either way");
        Assert.Equal(reason, server.FallbackReason);
        Assert.Equal(reason is null ? ServerModel.Proactor : ServerModel.Coroutine, server.Model);
    }

    [Fact]
    public void WhyNot_OfModelsThatAreNeverRefused_IsNull() =>
        Assert.All(Enum.GetValues<ServerModel>().Where(static model => model != ServerModel.Proactor), static model => Assert.Null(ServerModels.WhyNot(model)));

    [Fact]
    public void Start_InASandboxThatForbidsRings_ServesAsCoroutineAndSaysWhy()
    {
        using var child = ChildProcess.Start(ServeWithoutRings);

        (string answer, string? reason) = child.Result;

        Assert.Equal("confined", answer);
        Assert.StartsWith("io_uring is not to be had (EPERM): ", reason, StringComparison.Ordinal);
    }

    // In a process of its own: what it forbids itself, it never gets back.
    private static (string Answer, string? Reason) ServeWithoutRings()
    {
        Forbid(number: 425, with: Errno.EPERM);
        StreamServer server = StreamServer.Start(EchoAsync, new() { Model = ServerModel.Proactor });
        using var client = new TestClient(server.EndPoint);
        client.Send("confined");
        string answer = client.ReceiveText(8);
        client.Dispose();
        server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return (answer, server.FallbackReason);
    }

    // seccomp(2), for all threads: the number of the call is loaded and compared; that one fails, all others pass.
    private static unsafe void Forbid(uint number, int with)
    {
        const int NoNewPrivileges = 38;
        Filter* filters = stackalloc Filter[]
        {
            new(0x20, 0, 0, 0), new(0x15, 0, 1, number), new(0x06, 0, 0, 0x0005_0000u | (uint)with), new(0x06, 0, 0, 0x7fff_0000),
        };
        nint* program = stackalloc nint[] { 4, (nint)filters };
        Assert.Equal(0, prctl(NoNewPrivileges, 1, 0, 0, 0));
        Assert.Equal(0, syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 277 : 317, 1, 1, (nint)program, 0, 0, 0));
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc")]
    private static partial long syscall(long number, nint a, nint b, nint c, nint d, nint e, nint f);

    private readonly record struct Filter(ushort Code, byte IfTrue, byte IfFalse, uint Value);
}
