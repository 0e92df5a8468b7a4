using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Plait.Codecs;
using Plait.Interop;

namespace Plait.Queues.Pipes;

/// <summary>
/// Connections, sockets and file handles travel as duplicates of their descriptors: beside a message through a pipe (SCM_RIGHTS), and through
/// everything else as a ticket, for which the receiver gets the descriptor from the sender's <see cref="DescriptorExchange"/>.
/// </summary>
internal sealed class DescriptorExtension : IValueExtension
{
    private const byte Connection = 1;
    private const byte File = 2;
    private const byte NetworkSocket = 3;

    private const byte Beside = 0;
    private const byte Ticket = 1;

    public bool Handles(object value) => value is PipeConnection or SafeFileHandle || IsSocket(value.GetType());

    public void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        switch (value)
        {
            case PipeConnection connection:
                ThrowIfHalfRead(writer, connection);
                writer.WriteByte(Connection);
                writer.WriteBool(connection.CanReceive);
                writer.WriteBool(connection.CanSend);
                Hand(writer, value, connection.End.Socket);
                break;
            case SafeFileHandle file:
                writer.WriteByte(File);
                Hand(writer, value, file);
                break;
            default:
                writer.WriteByte(NetworkSocket);
                Hand(writer, value, HandleOf(value));
                break;
        }
    }

    public object Read(ref PayloadReader reader, Type declaredType, ValueCodec codec)
    {
        byte what = reader.ReadByte();
        if (what is < Connection or > NetworkSocket)
        {
            throw new InvalidDataException($"The message has a descriptor of kind {what}; this side knows {Connection} to {NetworkSocket}.");
        }

        bool canReceive = what == Connection && reader.ReadBool();
        bool canSend = what == Connection && reader.ReadBool();
        Descriptor descriptor = Receive(ref reader);
        return what switch
        {
            Connection => new PipeConnection(descriptor, canReceive, canSend),
            File => new SafeFileHandle(descriptor.Detach(), ownsHandle: true),
            _ => NewSocket(descriptor),
        };
    }

    private static void Hand(PayloadWriter writer, object value, SafeHandle handle)
    {
        Descriptor duplicate;
        try
        {
            duplicate = Descriptor.Duplicate(handle);
        }
        catch (ObjectDisposedException)
        {
            throw Refusals.Because(writer, value.GetType(), "it is disposed", "Send it while it is open; the receiver gets a duplicate, so that it may be disposed afterwards");
        }
        catch (SystemCallException error)
        {
            throw Refusals.Failed(writer, value.GetType(), $"its descriptor cannot be duplicated: {error.Message}", error);
        }

        if (writer.Attached is { } attached)
        {
            writer.WriteByte(Beside);
            writer.WriteCount(attached.Count);
            attached.Add(duplicate);
            return;
        }

        DescriptorTicket ticket = DescriptorExchange.Instance.Deposit(duplicate);
        writer.OnAbandon(() => DescriptorExchange.Instance.TakeBack(ticket));
        writer.WriteByte(Ticket);
        ticket.Write(writer);
    }

    private static Descriptor Receive(ref PayloadReader reader)
    {
        switch (reader.ReadByte())
        {
            case Beside:
                return reader.TakeAttached(reader.ReadVarint());
            case Ticket:
                return DescriptorExchange.Fetch(DescriptorTicket.Read(ref reader));
            case byte way:
                throw new InvalidDataException($"The message has a descriptor that came in way {way}; this side knows {Beside} and {Ticket}.");
        }
    }

    private static void ThrowIfHalfRead(PayloadWriter writer, PipeConnection connection)
    {
        if (connection.HoldsAny)
        {
            throw Refusals.Because(writer, typeof(PipeConnection), "the beginning of a message has already been received by this object, and whoever gets the end could make nothing of the rest", "Receive the message first, or hand the end over before it is used here");
        }
    }

    // By name: the type itself would load its assembly in every worker that meets a class of the user's.
    private static bool IsSocket(Type type) => type.Namespace == "System.Net.Sockets" && type.Name == "Socket";

#pragma warning disable CA1859 // The caller must not need the assembly either.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SafeHandle HandleOf(object socket) => ((Socket)socket).SafeHandle;
#pragma warning restore CA1859

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Socket NewSocket(Descriptor descriptor)
    {
        var handle = new SafeSocketHandle(descriptor.Detach(), ownsHandle: true);
        try
        {
            return new Socket(handle);
        }
        catch (SocketException error)
        {
            handle.Dispose();
            throw new InvalidDataException($"The message promises a socket; what came with it is none: {error.Message}", error);
        }
    }
}
