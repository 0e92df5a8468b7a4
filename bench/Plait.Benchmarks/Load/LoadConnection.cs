using System.Net;
using System.Net.Sockets;
using Plait.Net.Selectors;

namespace Plait.Benchmarks.Load;

/// <summary>One of the connections of a run: made, kept busy, checked, closed, and made again. All of it happens on the thread of the run.</summary>
internal sealed class LoadConnection(LoadRun run, int index)
{
    // What has failed is tried again after this: a server that is gone for a moment must not be asked without end.
    private static readonly long s_pause = LoadRun.Nanoseconds(TimeSpan.FromMilliseconds(100));

    // A listener's queue that is full is not a failure; it empties soon.
    private static readonly long s_fullQueuePause = LoadRun.Nanoseconds(TimeSpan.FromMilliseconds(1));

    private static readonly long s_patience = LoadRun.Nanoseconds(AcceptWindow.Patience);

    // When each message that is under way was due, the oldest at _head.
    private readonly long[] _due = new long[run.Options.Pipeline];
    private int _head;
    private int _inFlight;

    private Socket? _socket;
    private bool _isOpen;
    private bool _watchesWrite;

    // It is in the window of those that wait to be accepted: being made, or not answered yet.
    private bool _isFresh;

    // Since when the connection is in the making, or silent though something is unanswered; by LoadRun.Now.
    private long _since;

    // Bytes of this connection: what is to be sent by now, what was, what came back.
    private long _goal;
    private long _sent;
    private long _received;

    // Messages of this connection that were begun, and that were answered.
    private long _begun;
    private long _answered;

    // Messages of this place in the schedule that were begun, over all its connections.
    private long _scheduled;

    public bool IsOpen => _isOpen;

    /// <summary>Whether anything has ever gone wrong with it.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether something is still to come of it once no new messages are begun.</summary>
    public bool HasWork => _inFlight > 0 || IsDueBefore(run.End);

    /// <summary>How many messages became due in the measured time and were never begun.</summary>
    public long CountUnbegun()
    {
        long unbegun = 0;
        for (; IsDueBefore(run.End); _scheduled++)
        {
            unbegun += run.IsMeasured(NextDue()) ? 1 : 0;
        }

        return unbegun;
    }

    /// <summary>Begins to connect.</summary>
    public void Start(long now)
    {
        EndPoint target = run.Options.Target;
        bool isUnix = target is UnixDomainSocketEndPoint;
        Socket socket = run.CreateSocket();
        (_socket, _since, _isOpen, _watchesWrite) = (socket, now, false, true);
        (_head, _inFlight, _goal, _sent, _received, _begun, _answered) = (0, 0, 0, 0, 0, 0, 0);
        _isFresh = true;
        run.Window.Enter();
        try
        {
            socket.Connect(target);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock && !isUnix)
        {
            // It is under way, and the selector tells when it is made.
        }
        catch (SocketException error)
        {
            if (error.SocketErrorCode == SocketError.WouldBlock || (error.SocketErrorCode == SocketError.AddressNotAvailable && run.TakeNextSource()))
            {
                Close();
                run.Enqueue(this, now + s_fullQueuePause);
                return;
            }

            FailToConnect(error.SocketErrorCode, now);
            return;
        }

        run.Selector.Register(socket, SelectorEvents.Write, this);
    }

    /// <summary>Does what its readiness allows.</summary>
    public void OnReady(SelectorEvents events)
    {
        // Closed by an earlier report of the same round.
        if (_socket is not { } socket)
        {
            return;
        }

        if (!_isOpen)
        {
            long now = LoadRun.Now;
            var error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != SocketError.Success)
            {
                FailToConnect(error, now);
                return;
            }

            _isOpen = true;
            _since = now;
            run.CountConnection();
            WatchWrite(isWanted: false);
            Pump(now);
            return;
        }

        if ((events & SelectorEvents.Write) != SelectorEvents.None && !Flush(LoadRun.Now))
        {
            return;
        }

        if ((events & SelectorEvents.Read) != SelectorEvents.None)
        {
            Receive(socket);
        }
    }

    /// <summary>Begins the messages that are due and may be under way.</summary>
    public void Pump(long now)
    {
        if (!_isOpen)
        {
            return;
        }

        int begun = 0;
        while (_inFlight < _due.Length && (run.Options.Reconnect == 0 || _begun < run.Options.Reconnect) && TakeDue(now, out long due))
        {
            if (_inFlight == 0)
            {
                _since = now;
            }

            _due[(_head + _inFlight++) % _due.Length] = due;
            _begun++;
            begun++;
        }

        if (begun > 0)
        {
            _goal += (long)begun * run.Options.Size;
            Flush(now);
        }
    }

    /// <summary>Looks whether it has taken too long.</summary>
    public void Check(long now)
    {
        if (_socket is null)
        {
            return;
        }

        long waited = now - _since;
        if (_isFresh && _isOpen && waited > s_patience)
        {
            _isFresh = false;
            if (_inFlight > 0)
            {
                run.Window.LeaveLate();
            }
            else
            {
                run.Window.Leave();
            }
        }

        if (!_isOpen && waited > LoadRun.Nanoseconds(run.Options.ConnectTimeout))
        {
            Fail(LoadErrorKind.ConnectTimeout, $"a connection was not made within {run.Options.ConnectTimeout.TotalSeconds} s", now);
        }
        else if (_isOpen && waited > LoadRun.Nanoseconds(run.Options.ReplyTimeout))
        {
            EndWaiting(now);
        }
    }

    /// <summary>What is still unanswered has had its time.</summary>
    public void EndWaiting(long now)
    {
        if (_inFlight > 0)
        {
            Fail(LoadErrorKind.ReplyTimeout, $"{Count(_inFlight, "message")} of a connection {(_inFlight == 1 ? "was" : "were")} not answered within {run.Options.ReplyTimeout.TotalSeconds} s", now);
        }
    }

    public void Close()
    {
        if (_socket is not { } socket)
        {
            return;
        }

        if (_isFresh)
        {
            _isFresh = false;
            run.Window.Leave();
        }

        if (run.Selector.TryGetKey(socket, out _))
        {
            run.Selector.Unregister(socket);
        }

        socket.Dispose();
        _socket = null;
        _isOpen = false;
        _inFlight = 0;
    }

    private void Receive(Socket socket)
    {
        int count = socket.Receive(run.Buffer, SocketFlags.None, out SocketError error);
        long now = LoadRun.Now;
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (error != SocketError.Success)
        {
            FailOpen(error, now);
            return;
        }

        if (count == 0)
        {
            Fail(LoadErrorKind.Closed, $"the server closed a connection after {Count(_answered, "answer")}, with {Count(_inFlight, "message")} unanswered", now);
            return;
        }

        if (run.Pattern.FindWrong(_received, run.Buffer.AsSpan(0, count)) is var wrong and >= 0 || _received + count > _sent)
        {
            Fail(LoadErrorKind.WrongBytes, Difference(count), now);
            return;
        }

        _received += count;
        _since = now;
        long answers = (_received / run.Options.Size) - _answered;
        if (answers > 0)
        {
            Answer(answers, now);
        }
    }

    private void Answer(long answers, long now)
    {
        if (_isFresh)
        {
            _isFresh = false;
            run.Window.LeaveAnswered();
        }

        _answered += answers;
        for (; answers > 0; answers--, _inFlight--)
        {
            run.Record(_due[_head], now);
            _head = (_head + 1) % _due.Length;
        }

        if (_answered == run.Options.Reconnect)
        {
            Close();
            run.Enqueue(this, now);
        }
        else
        {
            Pump(now);
        }
    }

    // False when the connection has failed.
    private bool Flush(long now)
    {
        while (_sent < _goal)
        {
            int count = _socket!.Send(run.Pattern.ToSend(_sent, _goal - _sent), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                break;
            }

            if (error != SocketError.Success)
            {
                FailOpen(error, now);
                return false;
            }

            _sent += count;
        }

        WatchWrite(isWanted: _sent < _goal);
        return true;
    }

    private void WatchWrite(bool isWanted)
    {
        if (_watchesWrite != isWanted)
        {
            _watchesWrite = isWanted;
            run.Selector.Modify(_socket, isWanted ? SelectorEvents.Read | SelectorEvents.Write : SelectorEvents.Read);
        }
    }

    // The next message, if one may be begun now. Without a rate that is always so, and it is due when it is begun.
    private bool TakeDue(long now, out long due)
    {
        due = now;
        if (!run.IsScheduled)
        {
            return run.IsBeginning;
        }

        if (!IsDueBefore(Math.Min(now + 1, run.End)))
        {
            return false;
        }

        due = NextDue();
        _scheduled++;
        run.CountDue(due);
        return true;
    }

    private bool IsDueBefore(long moment) => run.IsScheduled && NextDue() < moment;

    private long NextDue() => run.DueOf(index + (_scheduled * run.Options.Connections));

    private void FailToConnect(SocketError error, long now) => Fail(
        error switch
        {
            SocketError.ConnectionRefused => LoadErrorKind.Refused,
            SocketError.AddressNotAvailable when run.Options.Target is UnixDomainSocketEndPoint => LoadErrorKind.Refused,
            SocketError.TimedOut => LoadErrorKind.ConnectTimeout,
            SocketError.ConnectionReset => LoadErrorKind.Reset,
            _ => LoadErrorKind.Other,
        },
        error switch
        {
            SocketError.ConnectionRefused => $"Nobody listens at {run.Options.Target}.",

            // .NET's name for a path at which there is nothing.
            SocketError.AddressNotAvailable when run.Options.Target is UnixDomainSocketEndPoint => $"There is no socket at {run.Options.Target}.",
            _ => $"a connection was not made: {error}",
        },
        now);

    private void FailOpen(SocketError error, long now) => Fail(
        error is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown ? LoadErrorKind.Reset : LoadErrorKind.Other,
        $"a connection broke after {Count(_answered, "answer")}, with {Count(_inFlight, "message")} unanswered: {error}",
        now);

    private void Fail(LoadErrorKind kind, string text, long now)
    {
        Close();
        HasFailed = true;
        run.CountError(kind, text);
        run.Enqueue(this, now + s_pause);
    }

    private string Difference(int count)
    {
        int wrong = run.Pattern.FindWrong(_received, run.Buffer.AsSpan(0, count));
        return wrong >= 0 && _received + wrong < _sent
            ? $"byte {_received + wrong} of a connection came back as {Show(run.Buffer[wrong])} instead of {Show(run.Pattern.Expected(_received + wrong))}"
            : $"{_received + count} bytes of a connection came back, and only {_sent} were sent";
    }

    private static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string Show(byte value) => value is > 32 and < 127 ? $"'{(char)value}'" : $"0x{value:x2}";
}
