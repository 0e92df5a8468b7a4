using System.Collections.Concurrent;
using Plait.Interop;
using Plait.Memory;

namespace Plait.Queues.Pipes;

/// <summary>
/// Where others fetch the descriptors that this process has sent in something that carries only bytes. A duplicate waits here from the send on
/// until it is fetched, or until this process ends. A socket and a thread, from the first such send on.
/// </summary>
internal sealed class DescriptorExchange
{
    // Who connects says at once what it wants; who does not is shown out.
    private const long Patience = 10_000_000_000;
    private const int MostGuests = 128;
    private const byte Given = 1;
    private const byte Unknown = 0;

    private static readonly Lazy<DescriptorExchange> First = new(static () => new DescriptorExchange());

    private readonly ConcurrentDictionary<(Guid Key, Guid Secret), Descriptor> _deposits = new();
    private readonly Guid _id = Guid.NewGuid();
    private readonly string _folder;
    private readonly Descriptor _listener;

    private DescriptorExchange()
    {
        string path = SocketFile.Prepare($"{_id:N}{DescriptorTicket.Extension}");
        _folder = Path.GetDirectoryName(path)!;
        _listener = SocketFile.Listen(path, backlog: 1024);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => SocketFile.Remove(path);
        new Thread(Serve, 256 * 1024) { IsBackground = true, Name = "Plait exchange" }.UnsafeStart();
    }

    public static DescriptorExchange Instance => First.Value;

    /// <summary>How many wait to be fetched.</summary>
    public int Count => _deposits.Count;

    /// <summary>Takes a descriptor over, until somebody shows the ticket.</summary>
    public DescriptorTicket Deposit(Descriptor descriptor)
    {
        var ticket = new DescriptorTicket(_folder, _id, Guid.NewGuid(), Guid.NewGuid());
        _deposits[(ticket.Key, ticket.Secret)] = descriptor;
        return ticket;
    }

    /// <summary>The message with the ticket was not sent.</summary>
    public void TakeBack(DescriptorTicket ticket)
    {
        if (_deposits.TryRemove((ticket.Key, ticket.Secret), out Descriptor? descriptor))
        {
            descriptor.Dispose();
        }
    }

    /// <summary>Gets the descriptor from its sender. Blocks for as long as that takes: the sender has a thread for it.</summary>
    /// <exception cref="DescriptorUnavailableException">The sender is gone, or it was fetched before.</exception>
    /// <exception cref="InvalidDataException">The ticket is not one that this user's processes give.</exception>
    public static Descriptor Fetch(DescriptorTicket ticket)
    {
        if (First.IsValueCreated && First.Value._id == ticket.Exchange)
        {
            return First.Value._deposits.TryRemove((ticket.Key, ticket.Secret), out Descriptor? own) ? own : throw Gone("it was fetched before");
        }

        CheckFolder(ticket.Folder);
        using Descriptor socket = LocalSocket.Create(isListener: false);
        int errno = LocalSocket.Connect(socket, ticket.Path, TimeSpan.FromTicks(Patience / 100));
        if (errno != 0)
        {
            throw Gone(errno is Errno.ENOENT or Errno.ECONNREFUSED ? "its sender has ended" : $"its sender could not be reached ({Errno.Name(errno)})");
        }

        if (LocalSocket.PeerOf(socket).User != LockedFile.CurrentUser)
        {
            throw new InvalidDataException($"The exchange at {ticket.Path} is another user's: nothing is fetched from it.");
        }

        Span<byte> claim = stackalloc byte[DescriptorTicket.ClaimSize];
        ticket.WriteClaim(claim);
        if (LocalSocket.Send(socket.Number, claim, default) != 0)
        {
            throw Gone("its sender has ended");
        }

        return Answer(socket);
    }

    private static Descriptor Answer(Descriptor socket)
    {
        Span<PollDescriptor> wait = [new() { Fd = socket.Number, Events = ReadyPoll.Readable }];
        if (ReadyPoll.Wait(wait, MonotonicClock.Now + Patience) == 0)
        {
            throw Gone("its sender did not answer; it may be stopped");
        }

        var received = new List<Descriptor>();
        Span<byte> answer = stackalloc byte[1];
        Span<byte> rest = stackalloc byte[1];
        int count = LocalSocket.Receive(socket.Number, answer, rest, received, out _, out bool isLost);
        if (count == 1 && answer[0] == Given && received.Count == 1)
        {
            return received[0];
        }

        foreach (Descriptor descriptor in received)
        {
            descriptor.Dispose();
        }

        throw Gone(isLost ? "this process has as many descriptors open as it may (ulimit -n)" : count == 1 ? "it was fetched before" : "its sender has ended");
    }

    private static void CheckFolder(string folder)
    {
        try
        {
            PrivateFolder.Check(folder);
        }
        catch (DirectoryNotFoundException)
        {
            throw Gone("its sender has ended");
        }
        catch (Exception error) when (error is UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidDataException($"The message says that a descriptor is to be had in '{folder}', where no exchange of this user can be: {error.Message}", error);
        }
    }

    private static DescriptorUnavailableException Gone(string why) => new($"The connection, socket or file that was sent cannot be had any more: {why}. Keep the sending process until the receiver has it, and send it once for every receiver.");

    private void Serve()
    {
        var guests = new List<Guest>();
        while (true)
        {
            var wait = new PollDescriptor[guests.Count + 1];
            wait[0] = new PollDescriptor { Fd = _listener.Number, Events = ReadyPoll.Readable };
            long deadline = MonotonicClock.Never;
            for (int i = 0; i < guests.Count; i++)
            {
                wait[i + 1] = new PollDescriptor { Fd = guests[i].Socket.Number, Events = ReadyPoll.Readable };
                deadline = Math.Min(deadline, guests[i].Deadline);
            }

            _ = ReadyPoll.Wait(wait, deadline);
            long now = MonotonicClock.Now;
            for (int i = guests.Count - 1; i >= 0; i--)
            {
                if (wait[i + 1].Revents != 0)
                {
                    Hand(guests[i].Socket);
                }
                else if (guests[i].Deadline > now)
                {
                    continue;
                }

                guests[i].Socket.Dispose();
                guests.RemoveAt(i);
            }

            if (wait[0].Revents != 0)
            {
                Admit(guests);
            }
        }
    }

    private void Admit(List<Guest> guests)
    {
        try
        {
            while (LocalSocket.Accept(_listener) is { } socket)
            {
                if (LocalSocket.PeerOf(socket).User != LockedFile.CurrentUser)
                {
                    socket.Dispose();
                    continue;
                }

                if (guests.Count == MostGuests)
                {
                    guests[0].Socket.Dispose();
                    guests.RemoveAt(0);
                }

                guests.Add(new Guest(socket, MonotonicClock.Now + Patience));
            }
        }
        catch (SystemCallException)
        {
            // No descriptor is free for the guest, who waits. A moment later there may be one; meanwhile this must not spin.
            const long Moment = 20_000_000;
            _ = ReadyPoll.Wait(default, MonotonicClock.Now + Moment);
        }
    }

    private void Hand(Descriptor guest)
    {
        Span<byte> claim = stackalloc byte[DescriptorTicket.ClaimSize];
        Span<byte> rest = stackalloc byte[1];
        var nothing = new List<Descriptor>();
        int count = LocalSocket.Receive(guest.Number, claim, rest, nothing, out _, out _);
        foreach (Descriptor unwanted in nothing)
        {
            unwanted.Dispose();
        }

        if (count == DescriptorTicket.ClaimSize && _deposits.TryRemove((new Guid(claim[..16]), new Guid(claim[16..])), out Descriptor? descriptor))
        {
            _ = LocalSocket.Send(guest.Number, [Given], default, [descriptor.Number]);
            descriptor.Dispose();
            return;
        }

        _ = LocalSocket.Send(guest.Number, [Unknown], default);
    }

    /// <summary>Somebody who has connected and not said yet what it wants.</summary>
    private readonly record struct Guest(Descriptor Socket, long Deadline);
}
