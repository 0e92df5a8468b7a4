using System.Collections.Concurrent;
using System.Text;
using Plait.Interop;

namespace Plait.Processes.Managers;

/// <summary>All objects of the server, by number; an object that is met again keeps its number while somebody has it.</summary>
internal sealed class ServedObjects(ManagerAddress address, ManagedConcurrency concurrency)
{
    private readonly ConcurrentDictionary<long, ServedObject> _objects = new();
    private readonly ConcurrentDictionary<Guid, ServedObject> _held = new();
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<object, ServedObject> _byTarget = new(ReferenceEqualityComparer.Instance);
    private long _lastId;

    public int Count => _objects.Count;

    public int HeldCount => _held.Count;

    public long Created => Interlocked.Read(ref _lastId);

    /// <summary>The object, with one use for the caller.</summary>
    public ServedObject Use(long id) =>
        _objects.TryGetValue(id, out ServedObject? served) && served.TryUse() ? served : throw new ObjectDisposedException(
            $"#{id}", $"The {address} has no object #{id} any more: it was released when no process had a proxy of it. Keep a proxy as long as another process may need the object.");

    /// <summary>The entry of an object, old or new, with one use for the caller.</summary>
    public ServedObject Add(object target, ManagedConcurrency? wanted, bool isOwned)
    {
        lock (_gate)
        {
            if (_byTarget.TryGetValue(target, out ServedObject? known) && known.TryUse())
            {
                return known;
            }

            var served = new ServedObject(++_lastId, target, wanted ?? concurrency, isOwned);
            _byTarget[target] = served;
            _objects[served.Id] = served;
            return served;
        }
    }

    /// <summary>Gives up one use. The last one ends the object, here and now.</summary>
    public void Unuse(ServedObject served)
    {
        if (!served.Unuse())
        {
            return;
        }

        _ = _objects.TryRemove(served.Id, out _);
        lock (_gate)
        {
            if (_byTarget.TryGetValue(served.Target, out ServedObject? current) && ReferenceEquals(current, served))
            {
                _ = _byTarget.Remove(served.Target);
            }
        }

        Report(served, served.End(Timeout.InfiniteTimeSpan));
        served.Dispose();
    }

    /// <summary>A proxy is on its way: one use, under a ticket.</summary>
    public void Hold(long id, Guid ticket)
    {
        ServedObject served = Use(id);
        if (!_held.TryAdd(ticket, served))
        {
            Unuse(served);
            throw new InvalidDataException($"The ticket {ticket} is already used.");
        }
    }

    /// <summary>A proxy has arrived: its use is the caller's from now on. A message may be read twice; the second proxy needs the object to be there still.</summary>
    public ServedObject Redeem(long id, Guid ticket)
    {
        if (!_held.TryRemove(ticket, out ServedObject? served))
        {
            return Use(id);
        }

        if (served.Id == id)
        {
            return served;
        }

        Unuse(served);
        throw new InvalidDataException($"The ticket {ticket} is that of object #{served.Id}, not of #{id}.");
    }

    public void Drop(Guid ticket)
    {
        if (_held.TryRemove(ticket, out ServedObject? served))
        {
            Unuse(served);
        }
    }

    /// <summary>The manager ends: whatever is its own is disposed, in the order it was made; calls that still run get so much time together.</summary>
    public void EndAll(TimeSpan patience)
    {
        long deadline = MonotonicClock.After(patience);
        foreach (ServedObject served in _objects.Values.OrderBy(static served => served.Id))
        {
            Report(served, served.End(TimeSpan.FromMicroseconds(Math.Max(0, deadline - MonotonicClock.Now) / 1000)));
        }
    }

    private void Report(ServedObject served, Exception? error)
    {
        if (error is not null)
        {
            StandardStreams.Write(2, Encoding.UTF8.GetBytes($"The {address} could not dispose object #{served.Id} ({served.Target.GetType()}): {error}\n"));
        }
    }
}
