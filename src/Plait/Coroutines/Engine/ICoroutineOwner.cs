namespace Plait.Coroutines.Engine;

/// <summary>Who started a coroutine and takes care of its end.</summary>
internal interface ICoroutineOwner
{
    /// <summary>On the loop's thread, once.</summary>
    void OnEnded(Coroutine coroutine);
}
