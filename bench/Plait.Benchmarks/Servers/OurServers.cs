namespace Plait.Benchmarks.Servers;

/// <summary>Plait's servers, each the tool's own: <c>plait serve</c>.</summary>
internal static class OurServers
{
    /// <summary>A server of a model that echoes.</summary>
    /// <param name="model">The model's name, such as <c>coroutine</c>.</param>
    /// <param name="options">More of the command line.</param>
    public static ServerProgram Of(string model, params string[] options) =>
        ServerProgram.InDotnet($"Plait, {model}", "Plait.Cli", new Dictionary<string, string>(), ["serve", "--model", model, "--port", "0", "--until-input-ends", .. options]);
}
