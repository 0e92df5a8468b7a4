namespace Plait.Hosting.Tests.Rows;

/// <summary>All programs of tests/Hosting that are projects, published once before the first test. Builds nothing when nothing changed.</summary>
public sealed class BuiltRows : IAsyncLifetime
{
    /// <summary>The configuration of everything that is built here and by the repository's own test build, so that Plait is compiled once.</summary>
    public const string Configuration = "Release";

    private const string Runtime = "linux-x64";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        ProgramRun build = await ProgramRun.OfSdkAsync(
            ["publish", Path.Combine(Repository.Rows, "Hosting.slnx"), "-c", Configuration, "-v", "q", "--tl:off", "-clp:NoSummary"], Repository.Rows);
        Assert.True(build.ExitCode == 0, build.ToString());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The folder that the row of that name was published to.</summary>
    internal static string FolderOf(string row)
    {
        string folder = Path.Combine(Repository.Artifacts, "publish", row, "release");
        string ofRuntime = $"{folder}_{Runtime}";
        return Directory.Exists(ofRuntime) ? ofRuntime : folder;
    }

    internal static string ProgramOf(string row) => Path.Combine(FolderOf(row), row);
}
