using Plait.Hosting.Tests.Rows;

namespace Plait.Hosting.Tests.Packages;

/// <summary>A folder with the package in it, as a source for NuGet; removed at the end.</summary>
public sealed class LocalFeed : IAsyncLifetime
{
    /// <summary>For everything that these tests make; the packages lie in a folder of it.</summary>
    internal string Folder { get; } = Directory.CreateTempSubdirectory("hosting-").FullName;

    internal string Packages => Path.Combine(Folder, "feed");

    internal string Package => Assert.Single(Directory.GetFiles(Packages, "Plait.*.nupkg"));

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        ProgramRun pack = await ProgramRun.OfSdkAsync(
            ["pack", Path.Combine(Repository.Root, "src/Plait"), "-c", BuiltRows.Configuration, "--no-build", "-o", Packages, "-v", "q", "--tl:off"], Repository.Root);
        pack.ShouldSucceed();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
