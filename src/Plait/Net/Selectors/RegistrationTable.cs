using System.Runtime.InteropServices;
using Plait.Interop;

namespace Plait.Net.Selectors;

/// <summary>The registrations of a selector by descriptor. Guarded by the selector's gate.</summary>
internal sealed class RegistrationTable
{
    private Registration?[] _byNumber = new Registration?[64];

    public int Count { get; private set; }

    /// <summary>The tag of the latest registration.</summary>
    public long LastTag { get; private set; }

    public Registration? this[int number] => (uint)number < (uint)_byNumber.Length ? _byNumber[number] : null;

    /// <summary>In the order of their numbers.</summary>
    public IEnumerable<Registration> All => _byNumber.Where(static registration => registration is not null)!;

    /// <summary>What an epoll calls by this number; null when it is not registered any more, whatever has its descriptor now.</summary>
    public Registration? Find(ulong id) => this[Registration.NumberOf(id)] is { } registration && registration.Id == id ? registration : null;

    /// <summary>The registration of an object or a number, also of one that was closed since.</summary>
    public Registration? Find(Selectable target)
    {
        SafeHandle? handle = target.Handle;
        if (this[target.Number] is { } registration && IsOf(registration, handle))
        {
            return registration;
        }

        // An object that is closed may not remember its number, or have got another descriptor behind its owner's back.
        return handle is { IsClosed: true } ? All.FirstOrDefault(each => ReferenceEquals(each.Key.Target, target.Target)) : null;
    }

    public Registration Add(SafeHandle? handle, FileIdentity identity, SelectorKey key)
    {
        if (key.Descriptor >= _byNumber.Length)
        {
            Array.Resize(ref _byNumber, Math.Max(key.Descriptor + 1, _byNumber.Length * 2));
        }

        var registration = new Registration(handle, identity, ++LastTag, key);
        _byNumber[key.Descriptor] = registration;
        Count++;
        return registration;
    }

    public void Remove(Registration registration)
    {
        _byNumber[registration.Number] = null;
        Count--;
    }

    public void Clear()
    {
        Array.Clear(_byNumber);
        Count = 0;
    }

    // Two objects for one descriptor mean the same, unless one of them is closed: then the number is another's by now.
    private static bool IsOf(Registration registration, SafeHandle? handle) =>
        handle is null || registration.Handle is null || ReferenceEquals(handle, registration.Handle) || !(handle.IsClosed || registration.IsClosed);
}
