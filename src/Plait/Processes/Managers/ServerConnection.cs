using Plait.Codecs;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>The server's end of one connection: reads requests, and knows the contracts that the client has named on it.</summary>
internal abstract class ServerConnection(ManagerServer server, ClientRecord client, FrameStream frames)
{
    private const int MostContracts = 4096;

    private readonly Dictionary<ulong, ManagedContract> _contracts = [];

    public ClientRecord Client => client;

    protected ManagerServer Server => server;

    protected FrameStream Frames => frames;

    /// <summary>Serves until the client leaves or ends.</summary>
    /// <exception cref="InvalidDataException">The client says something that cannot be.</exception>
    protected void Serve()
    {
        while (Frames.Receive(MonotonicClock.Never, out ReadOnlySpan<byte> frame) == FrameResult.Frame)
        {
            if (!Take(frame))
            {
                return;
            }
        }
    }

    /// <summary>Deals with one frame; false when it was the last.</summary>
    protected abstract bool Take(ReadOnlySpan<byte> frame);

    /// <summary>Runs the method of a call on this thread, up to its first await. The object's turn is the caller's.</summary>
    protected static ValueTask Invoke(in CallHead call, ServedObject served, ReadOnlySpan<byte> body, ManagedReply reply)
    {
        if (!call.Contract!.Interface.IsInstanceOfType(served.Target))
        {
            throw new InvalidDataException($"Object #{served.Id} is a {served.Target.GetType()}, which is no {call.Contract.Interface}.");
        }

        var arguments = new ManagedArguments(new PayloadReader(body), reply.Arguments);
        return call.Contract.InvokeAsync(served.Target, call.Method, ref arguments, reply);
    }

    /// <summary>Everything up to the arguments.</summary>
    /// <param name="reader">At the beginning of the frame; then behind the head.</param>
    /// <param name="refusal">Why the call cannot be: this process does not have its contract, or another build of it. The client is told.</param>
    protected CallHead ReadHead(ref PayloadReader reader, out Exception? refusal)
    {
        refusal = null;
        var kind = (RequestKind)reader.ReadByte();
        long number = (long)reader.ReadVarint();
        if (kind is not (RequestKind.Call or RequestKind.Create))
        {
            return new CallHead(kind, number, null, 0, 0);
        }

        try
        {
            ManagedContract contract = ReadContract(ref reader);
            return kind == RequestKind.Create
                ? new CallHead(kind, number, contract, 0, 0)
                : new CallHead(kind, number, contract, (long)reader.ReadVarint(), (int)Math.Min(reader.ReadVarint(), int.MaxValue));
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or BadImageFormatException)
        {
            refusal = error;
            return new CallHead(kind, number, null, 0, 0);
        }
    }

    private ManagedContract ReadContract(ref PayloadReader reader)
    {
        ulong code = reader.ReadVarint();
        ulong number = code >> 1;
        if ((code & 1) == 0)
        {
            return _contracts.TryGetValue(number, out ManagedContract? known) ? known : throw new InvalidDataException($"Contract {number} was not defined.");
        }

        Type type = TypeReference.Read(ref reader);
        long fingerprint = reader.ReadInt64();
        ManagedContract contract = ContractTable.Find(type) ?? throw new InvalidDataException($"{type} is no managed contract.");
        if (contract.Fingerprint != fingerprint)
        {
            throw new InvalidOperationException($"{type} has other methods in this process than in the server: they run different builds. Restart the program.");
        }

        if (_contracts.Count >= MostContracts)
        {
            throw new InvalidDataException($"More than {MostContracts} contracts on one connection.");
        }

        _contracts[number] = contract;
        return contract;
    }
}

/// <summary>The part of a request that comes before its arguments.</summary>
internal readonly record struct CallHead(RequestKind Kind, long Number, ManagedContract? Contract, long ObjectId, int Method);
