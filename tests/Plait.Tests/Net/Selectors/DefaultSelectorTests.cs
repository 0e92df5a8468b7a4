using Plait.Interop;
using Plait.Net.Selectors;
using Xunit;

namespace Plait.Tests.Net.Selectors;

/// <summary>Which selector one gets, and why.</summary>
public sealed class DefaultSelectorTests : SelectorTest
{
    [Fact]
    public void CreateDefault_Here_IsEpollAndSaysWhy()
    {
        using Selector selector = Selector.CreateDefault();

        Assert.IsType<EpollSelector>(selector);
        Assert.Equal("epoll", selector.Name);
        Assert.Contains("ready descriptors", selector.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Errno.ENOSYS, "ENOSYS")]
    [InlineData(Errno.EPERM, "EPERM")]
    public void CreateFirst_WhereACallIsRefused_TakesTheNextAndSaysWhy(int errno, string name)
    {
        using Selector selector = Selector.CreateFirst(
            _ => throw new IOException("refused", new SystemCallException("epoll_create1", errno)),
            static why => new PollSelector($"{why}it takes any number of descriptors"),
            static _ => throw new InvalidOperationException("Not asked for."));

        Assert.Equal("poll", selector.Name);
        Assert.Equal($"epoll_create1 is refused here ({name}); it takes any number of descriptors", selector.Reason);
    }

    [Fact]
    public void CreateFirst_WithoutDescriptorsLeft_Fails()
    {
        IOException error = new("none left", new SystemCallException("epoll_create1", Errno.EMFILE));

        Assert.Same(error, Assert.Throws<IOException>(() => Selector.CreateFirst(_ => throw error, static why => new PollSelector(why))));
    }

    [Fact]
    public void CreateFirst_WhenAllAreRefused_FailsAsTheLast()
    {
        IOException error = new("refused", new SystemCallException("eventfd", Errno.ENOSYS));

        Assert.Same(error, Assert.Throws<IOException>(() => Selector.CreateFirst(_ => throw error)));
    }
}
