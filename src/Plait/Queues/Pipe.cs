using Plait.Interop;

namespace Plait.Queues;

/// <summary>
/// Makes pipes: two connected ends for messages between two processes or threads. Hand one end to the other side, as an argument or in a
/// message; then dispose your own object for it, so that the other side's end of life can be noticed here.
/// </summary>
public static class Pipe
{
    /// <summary>A pipe on which both ends send and receive.</summary>
    /// <returns>The two ends; they are alike. Each is the caller's to dispose.</returns>
    /// <exception cref="IOException">This process has as many descriptors open as it may.</exception>
    public static (PipeConnection First, PipeConnection Second) Create()
    {
        (Descriptor first, Descriptor second) = Open();
        return (new PipeConnection(first, canReceive: true, canSend: true), new PipeConnection(second, canReceive: true, canSend: true));
    }

    /// <summary>A pipe in one direction.</summary>
    /// <returns>The end that receives, and the end that sends. Each is the caller's to dispose.</returns>
    /// <exception cref="IOException">This process has as many descriptors open as it may.</exception>
    public static (PipeConnection Reader, PipeConnection Writer) CreateSimplex()
    {
        (Descriptor first, Descriptor second) = Open();
        return (new PipeConnection(first, canReceive: true, canSend: false), new PipeConnection(second, canReceive: false, canSend: true));
    }

    /// <summary>A pipe for values of one type, on which both ends send and receive.</summary>
    /// <typeparam name="T">What is sent.</typeparam>
    /// <returns>The two ends; they are alike. Each is the caller's to dispose.</returns>
    /// <exception cref="IOException">This process has as many descriptors open as it may.</exception>
    public static (PipeConnection<T> First, PipeConnection<T> Second) Create<T>()
    {
        (PipeConnection first, PipeConnection second) = Create();
        return (new PipeConnection<T>(first), new PipeConnection<T>(second));
    }

    /// <summary>A pipe for values of one type, in one direction.</summary>
    /// <typeparam name="T">What is sent.</typeparam>
    /// <returns>The end that receives, and the end that sends. Each is the caller's to dispose.</returns>
    /// <exception cref="IOException">This process has as many descriptors open as it may.</exception>
    public static (PipeConnection<T> Reader, PipeConnection<T> Writer) CreateSimplex<T>()
    {
        (PipeConnection reader, PipeConnection writer) = CreateSimplex();
        return (new PipeConnection<T>(reader), new PipeConnection<T>(writer));
    }

    private static (Descriptor First, Descriptor Second) Open()
    {
        try
        {
            return LocalSocket.Pair();
        }
        catch (SystemCallException error)
        {
            throw new IOException($"No pipe could be made: {error.Message} Close what is not needed, or raise the limit on open files (ulimit -n).", error);
        }
    }
}
