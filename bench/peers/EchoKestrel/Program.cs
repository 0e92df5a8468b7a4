using System.Net;
using EchoKestrel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

// EchoKestrel: echoes what comes. The command line is the host's, and not used.
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0, static listen => listen.UseConnectionHandler<EchoHandler>()));
WebApplication app = builder.Build();
await app.StartAsync();
string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
Console.WriteLine($"listening on {new Uri(address).Authority}");
while (await Console.In.ReadLineAsync() is not null)
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    Console.WriteLine("settled");
}

await app.StopAsync();
