using Plait.Codecs;
using Plait.Queues.Engine;
using Plait.Queues.Pipes;

namespace Plait.Queues;

/// <summary>What this folder adds to the values that travel as references.</summary>
internal static class TravelExtensions
{
    /// <summary>
    /// Has every codec of this process know them. Called where a codec is made that may meet one, and not only where one is made: sockets and
    /// files are made by others.
    /// </summary>
    public static void Enter()
    {
        QueueExtension.Enter();
        if (ValueExtensions.All[(int)ExtensionKind.Descriptor] is null)
        {
            ValueExtensions.Enter(ExtensionKind.Descriptor, new DescriptorExtension());
        }
    }
}
