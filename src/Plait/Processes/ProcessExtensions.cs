using Plait.Processes.Managers;
using Plait.Queues;
using Plait.SharedData.Engine;

namespace Plait.Processes;

/// <summary>All that travels as a reference between processes.</summary>
internal static class ProcessExtensions
{
    /// <summary>Has every codec of this process know them. Called before the first message to or from another process.</summary>
    public static void Enter()
    {
        TravelExtensions.Enter();
        SharedDataExtension.Enter();
        ManagedExtension.Enter();
    }
}
