using Plait.Tests.Synchronization;
using Xunit;

namespace Plait.Tests.Processes;

/// <summary>The leak check finds what is left, and nothing that is only on its way.</summary>
public sealed class LeakWatchTests() : SynchronizationTest(Setting.Threads)
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task SettleAsync_WithDescriptorsLeftOpen_NamesThemUntilTheyAreClosed()
    {
        var watch = new LeakWatch();
        List<FileStream> files = Open();

        string leaks = await watch.SettleAsync(s_short);

        files.ForEach(static file => file.Dispose());
        Assert.Contains("descriptors", leaks, StringComparison.Ordinal);
        Assert.All(files, file => Assert.Contains(file.Name, leaks, StringComparison.Ordinal));
        Assert.Equal(string.Empty, await watch.SettleAsync());
    }

    [Fact]
    public async Task SettleAsync_WithDescriptorsThatAreClosedLate_WaitsForThat()
    {
        var watch = new LeakWatch();
        List<FileStream> files = Open();
        Task<string> settling = watch.SettleAsync();
        bool wasOver = settling.IsCompleted;

        files.ForEach(static file => file.Dispose());

        Assert.Equal((false, string.Empty), (wasOver, await settling));
    }

    [Fact]
    public void Descriptors_WhileOthersComeAndGo_AllStandForSomething()
    {
        string path = Path.GetTempFileName();
        bool isOver = false;
        Task<bool>[] openers = [.. Enumerable.Range(0, 3).Select(_ => OnThread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                File.OpenHandle(path).Dispose();
            }
        }))];

        for (int i = 0; i < 20; i++)
        {
            Assert.DoesNotContain(LeakWatch.Descriptors(), static descriptor => descriptor.EndsWith("-> ", StringComparison.Ordinal));
        }

        Volatile.Write(ref isOver, true);
        End(openers);
        File.Delete(path);
    }

    // More than the runtime may have had open for a moment when the watch began.
    private static List<FileStream> Open() =>
        [.. Enumerable.Range(0, 20).Select(static _ => new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.DeleteOnClose))];
}
