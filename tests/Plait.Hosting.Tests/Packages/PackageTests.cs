using System.IO.Compression;
using System.Reflection.PortableExecutable;

namespace Plait.Hosting.Tests.Packages;

/// <summary>The package: what is in it, and that a program far from this working copy can use it.</summary>
public sealed class PackageTests(LocalFeed feed) : IClassFixture<LocalFeed>
{
    [Fact]
    public void Package_Packed_HoldsTheLibraryAndItsGeneratorAlone()
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Package);

        string[] files = [.. package.Entries.Select(entry => entry.FullName).Where(IsOurs).Order(StringComparer.Ordinal)];
        Assert.Equal(["Plait.nuspec", "README.md", "analyzers/dotnet/cs/Plait.Generators.dll", "lib/net10.0/Plait.dll", "lib/net10.0/Plait.xml"], files);
        using var nuspec = new StreamReader(package.GetEntry("Plait.nuspec")!.Open());
        string description = nuspec.ReadToEnd();
        Assert.DoesNotContain("<dependency ", description);
        Assert.Contains("<license type=\"expression\">MIT</license>", description);
        Assert.Contains("<description>", description);
    }

    [Fact]
    public void Package_Library_IsCompiledAheadOfTime()
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Package);
        using var library = new MemoryStream();
        using (Stream packed = package.GetEntry("lib/net10.0/Plait.dll")!.Open())
        {
            packed.CopyTo(library);
        }

        library.Position = 0;
        using var reader = new PEReader(library);
        Assert.True(reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0, "Plait.dll in the package holds no native code: every cold worker would compile it.");
    }

    [Fact]
    public async Task Package_InAFreshProgram_RunsFunctionsAndGeneratesProxies()
    {
        string program = Directory.CreateDirectory(Path.Combine(feed.Folder, "Fresh")).FullName;
        string row = Path.Combine(Repository.Rows, "Row.cs");
        await WriteAsync("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{feed.Folder}/packages" /></config>
              <packageSources><clear /><add key="local" value="{feed.Packages}" /></packageSources>
            </configuration>
            """);
        await WriteAsync("Fresh.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Plait" Version="*" />
              </ItemGroup>
            </Project>
            """);
        await WriteAsync("Program.cs", """
            using Plait.Processes;

            using var manager = Manager.Start();
            return manager.Create<IAdder>(() => new Adder(20)).Add(22) == 42 ? Row.Run() : 42;

            [ManagedContract]
            interface IAdder
            {
                int Add(int value);
            }

            sealed class Adder(int start) : IAdder
            {
                public int Add(int value) => start + value;
            }
            """);
        File.Copy(row, Path.Combine(program, "Row.cs"));

        ProgramRun run = await ProgramRun.OfSdkAsync(["run"], program);

        run.ShouldSucceed();
        Assert.Equal(Rows.RowRun.Answer, run.Output.TrimEnd());
        string output = Path.Combine(program, "bin/Debug/net10.0");
        Assert.Equal("Plait.dll", Assert.Single(Directory.GetFiles(output, "Plait*").Select(path => Path.GetFileName(path))));

        Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(program, name), text, TestContext.Current.CancellationToken);
    }

    private static bool IsOurs(string name) => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml";
}
