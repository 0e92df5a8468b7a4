namespace Plait.Processes.Bootstrap;

/// <summary>How a worker takes its calls.</summary>
internal interface IWorkerLoop
{
    /// <summary>Makes ready what every call needs.</summary>
    void WarmUp();

    /// <summary>Returns when there is nothing more to do: true when the last function returned.</summary>
    bool Run();
}
