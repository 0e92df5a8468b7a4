using Plait.Coroutines.Engine;

namespace Plait.Coroutines;

/// <content>What greenlets do to each other.</content>
public sealed partial class Greenlet
{
    /// <summary>
    /// Goes on here, and stops the one that runs until somebody switches to it. A greenlet that has not begun is given the value as its argument, one that is suspended gets it from the switch it is suspended in, and one that is
    /// dead passes it on to its parent.
    /// </summary>
    /// <param name="value">What is sent. Several are a tuple. Default: null.</param>
    /// <returns>What the one that runs is sent when somebody switches back: to be awaited at once by an async function; already there in code that blocks, as its <see cref="GreenletSwitch.Value"/>.</returns>
    /// <exception cref="GreenletException">The greenlet belongs to another thread; or the one that runs is an async function that has not awaited its last switch.</exception>
    public GreenletSwitch Switch(object? value = null)
    {
        GreenletFamily family = Family;
        family.ThrowUnlessHere(this);
        Greenlet self = family.Current;
        if (self.Thread is null)
        {
            family.Offer(this, value, null);
            return new GreenletSwitch(self, isPending: true);
        }

        return new GreenletSwitch(family.SwitchNow(this, value, null), isPending: false);
    }

    /// <summary>
    /// Goes on here with an exception, which the switch throws that it is suspended in. One that has not begun ends without running; it, and one that is dead, pass the exception on to the parent.
    /// </summary>
    /// <param name="exception">What is thrown. Default: null, a <see cref="GreenletExitException"/>, which ends it.</param>
    /// <returns>As <see cref="Switch"/>.</returns>
    /// <exception cref="GreenletException">The greenlet belongs to another thread; or the one that runs is an async function that has not awaited its last switch.</exception>
    public GreenletSwitch Throw(Exception? exception = null)
    {
        GreenletFamily family = Family;
        family.ThrowUnlessHere(this);
        exception ??= new GreenletExitException();
        Greenlet self = family.Current;
        if (self.Thread is null)
        {
            family.Offer(this, null, exception);
            return new GreenletSwitch(self, isPending: true);
        }

        return new GreenletSwitch(family.SwitchNow(this, null, exception), isPending: false);
    }

    /// <summary>Ends it where it is suspended, and comes back here: its <c>finally</c> blocks run, and its thread ends, if it has one. What they throw is thrown. One that has not begun never will; one that has ended stays as it is.</summary>
    /// <exception cref="GreenletException">It switches instead of ending; or it is the one that runs, or a main one, or belongs to another thread; or the one that runs is an async function, which has to await <see cref="DisposeAsync"/>.</exception>
    public void Dispose()
    {
        if (!MustEnd())
        {
            return;
        }

        if (Family.Current.Thread is null)
        {
            throw new GreenletException($"{Family.Current} is an async function and cannot wait for the end of {this}: await DisposeAsync, or use 'await using'.");
        }

        _returnTo = Family.Current;
        try
        {
            _ = Family.SwitchNow(this, null, new GreenletExitException());
        }
        finally
        {
            _returnTo = null;
        }

        CheckEnd();
    }

    /// <summary>As <see cref="Dispose"/>, to be awaited by an async function of a greenlet.</summary>
    /// <returns>To be awaited.</returns>
    /// <exception cref="GreenletException">It switches instead of ending; or it is the one that runs, or a main one, or belongs to another thread.</exception>
    public async ValueTask DisposeAsync()
    {
        if (!MustEnd())
        {
            return;
        }

        _returnTo = Family.Current;
        try
        {
            _ = await Throw();
        }
        finally
        {
            _returnTo = null;
        }

        CheckEnd();
    }

    private bool MustEnd()
    {
        if (!IsAlive)
        {
            return false;
        }

        Family.ThrowUnlessHere(this);
        if (_phase == Phase.Pending)
        {
            _ = Die();
            return false;
        }

        return this != Family.Current && !IsMain
            ? true
            : throw new GreenletException($"{this} cannot be disposed here: let its function return, or throw GreenletExitException.");
    }

    private void CheckEnd()
    {
        if (!IsDead)
        {
            throw new GreenletException($"{this} was told to end, and has switched instead. Let GreenletExitException pass, and switch to nobody in its way.");
        }

        Thread?.Join();
    }
}
