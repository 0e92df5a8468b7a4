namespace Plait.Benchmarks.Peers;

/// <summary>Where the peers' sources lie and where what is built of them goes.</summary>
internal static class PeerPlaces
{
    /// <summary>The file of <c>bench/peers</c> with this name.</summary>
    /// <exception cref="PeerUnavailableException">There is no such file, or no source tree around this program.</exception>
    public static string Source(string name) => Existing(Path.Combine(Root(), "bench", "peers", name), "run the bench from a whole checkout");

    /// <summary>The directory for built peers, made where it does not exist.</summary>
    public static string Built() => Directory.CreateDirectory(Path.Combine(Root(), "artifacts", "peers")).FullName;

    /// <summary>The executable of a .NET peer; a Release build is preferred.</summary>
    /// <exception cref="PeerUnavailableException">The program is not built.</exception>
    public static string DotnetProgram(string name)
    {
        var configurations = new[] { "release", "debug" };
        var programs = configurations.Select(configuration => Path.Combine(Root(), "artifacts", "bin", name, configuration, name)).ToArray();
        return programs.FirstOrDefault(File.Exists) ?? Existing(programs[0], $"dotnet build -c Release bench/peers/{name}");
    }

    private static string Existing(string path, string remedy) =>
        File.Exists(path) ? path : throw new PeerUnavailableException($"the peer {path} is not there: {remedy}");

    private static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Plait.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new PeerUnavailableException($"no Plait.slnx lies above {AppContext.BaseDirectory}, so the peers' sources cannot be found: run the bench from a checkout");
    }
}
