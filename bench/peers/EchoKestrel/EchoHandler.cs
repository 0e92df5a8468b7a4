using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace EchoKestrel;

/// <summary>Echoes a connection through its pipes.</summary>
internal sealed class EchoHandler : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        PipeReader input = connection.Transport.Input;
        PipeWriter output = connection.Transport.Output;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync();
                foreach (ReadOnlyMemory<byte> part in read.Buffer)
                {
                    await output.WriteAsync(part);
                }

                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (ConnectionResetException)
        {
            // The client is gone, which is its right.
        }
    }
}
