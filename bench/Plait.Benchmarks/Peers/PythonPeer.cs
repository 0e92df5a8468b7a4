namespace Plait.Benchmarks.Peers;

/// <summary>Peers written for CPython's standard library.</summary>
internal static class PythonPeer
{
    /// <summary>A peer that is the script <c>bench/peers/NAME.py</c> with these arguments.</summary>
    public static BenchPeer Create(string label, string name, params string[] arguments) =>
        new(label, async cancellationToken => await LinePeer.StartAsync(
            label,
            "python3",
            [PeerPlaces.Source(name + ".py"), .. arguments],
            "apt-get install python3",
            cancellationToken).ConfigureAwait(false));
}
