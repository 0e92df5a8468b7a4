using System.Reflection;

// Started as `dotnet exec --runtimeconfig APP --depsfile APP Plait.Worker.dll` where the application's own
// configuration turns startup hooks off. There is no compile-time reference to Plait: the application's
// dependency file decides which Plait is loaded, so parent and worker always run the same one.
var bootstrap = Assembly.Load("Plait").GetType("Plait.Processes.Bootstrap.WorkerBootstrap", throwOnError: true)!;
bootstrap.GetMethod("Run", BindingFlags.Static | BindingFlags.Public)!.CreateDelegate<Action>()();
