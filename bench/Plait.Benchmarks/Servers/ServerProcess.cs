using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Plait.Benchmarks.Peers;

namespace Plait.Benchmarks.Servers;

/// <summary>A server that runs, on the processor of servers.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Announcement = "listening on ";
    private const string Settle = "settle";

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_settleLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(5);

    private readonly System.Diagnostics.Process _process;
    private readonly LastWords _lastWords;
    private IPEndPoint? _place;

    // Set as soon as a server has not answered: it does not know the word.
    private bool _cannotSettle;

    private ServerProcess(string name, System.Diagnostics.Process process)
    {
        Name = name;
        _process = process;
        _lastWords = new LastWords(process);
    }

    public string Name { get; }

    public int Pid => _process.Id;

    /// <summary>Where it listens.</summary>
    public IPEndPoint Place => _place!;

    /// <summary>Starts a server and waits until it listens.</summary>
    /// <exception cref="PeerUnavailableException">Something is missing, or it never listened.</exception>
    public static async Task<ServerProcess> StartAsync(ServerProgram program, CancellationToken cancellation)
    {
        ProcessStartInfo start = await program.CommandAsync(cancellation).ConfigureAwait(false);
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        ServerProcess server;
        try
        {
            // A process begins on the processors of the thread that starts it.
            server = new ServerProcess(program.Label, PinnedThread.Run(PinnedThread.Server, () => System.Diagnostics.Process.Start(start)!));
        }
        catch (Win32Exception missing)
        {
            throw new PeerUnavailableException($"{start.FileName} could not be started: {missing.Message}", missing);
        }

        try
        {
            string line = await server.ReadLineAsync(s_startLimit, cancellation).ConfigureAwait(false) ?? "nothing";
            server._place = line.StartsWith(Announcement, StringComparison.Ordinal) && IPEndPoint.TryParse(line.AsSpan(Announcement.Length), out IPEndPoint? place) ? place
                : throw new PeerUnavailableException($"{program.Label} should have said \"{Announcement}HOST:PORT\" and said \"{line}\"; last words: {server._lastWords}");
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks the server to collect what it does not need and give that back, and waits until it says so. Servers that do not know how are left as they are.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        if (_cannotSettle)
        {
            return;
        }

        await _process.StandardInput.WriteLineAsync(Settle.AsMemory(), cancellation).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync(cancellation).ConfigureAwait(false);
        try
        {
            _ = await ReadLineAsync(s_settleLimit, cancellation).ConfigureAwait(false);
        }
        catch (PeerUnavailableException)
        {
            _cannotSettle = true;
        }
    }

    /// <summary>Bytes of memory that belong to the process alone, and lie in no file.</summary>
    /// <exception cref="PeerUnavailableException">The server has ended.</exception>
    public long ReadOwnBytes()
    {
        try
        {
            string line = File.ReadLines($"/proc/{Pid}/status").First(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
            return long.Parse(line.AsSpan(8, line.Length - 11), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            throw new PeerUnavailableException($"{Name} has ended; last words: {_lastWords}", gone);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} (last words: {_lastWords})";

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already, which is what closing was for.
        }

        try
        {
            await _process.WaitForExitAsync().WaitAsync(s_endLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task<string?> ReadLineAsync(TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            return await _process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(limit, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new PeerUnavailableException($"{Name} said nothing within {limit.TotalSeconds} s; last words: {_lastWords}", late);
        }
    }
}
